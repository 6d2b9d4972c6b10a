"""The whole way from the template file to a running stack, and what the stack is called there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from localcloud.deploy import cloudformation
from localcloud.deploy.fixups import Fixup, is_fixup_output, plan_fixups
from localcloud.deploy.functions import run_from_source
from localcloud.deploy.http_api import spell_out_routes
from localcloud.deploy.source import CODE_BUCKET, Template, read_source
from localcloud.deploy.strip import strip
from localcloud.deploy.transform import to_cloudformation
from localcloud.state_folder import read_object, write_whole

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from localcloud.session import LocalSession
    from localcloud.state_folder import StateFolder


@dataclass(frozen=True)
class Stack:
    """The deployed stack: its outputs, and physical names by logical id."""

    outputs: Mapping[str, str]
    functions: Mapping[str, str]
    queue_urls: Mapping[str, str]
    tables: Mapping[str, str]
    api_urls: Mapping[str, str]
    """HTTP APIs by logical id: bases that work here, unlike the addresses of AWS in outputs."""


def deploy(
    session: LocalSession,
    folder: StateFolder,
    template_path: Path,
    parameters: Mapping[str, str],
    progress: Callable[[str], None],
) -> Stack:
    """Bring the stack to the template; quick when nothing has changed since the last time.

    Raises:
        LocalCloudError: TEMPLATE_INVALID or DEPLOY_FAILED.
    """
    local = _localised(session, folder, template_path, parameters)
    client = session.client("cloudformation")
    described = cloudformation.find_stack(client)
    if described is None or read_object(folder.deployed).get("digest") != local.digest:
        progress(f"deploying {len(local.template['Resources'])} resources")
        _upload(session, local.packages)
        described = cloudformation.put_stack(client, local.template, parameters)
        outputs, physical_ids = _outputs(described), _physical_ids(client)
        for fixup in local.fixups:
            fixup.apply(session, physical_ids, outputs)
        write_whole(folder.deployed, {"digest": local.digest})
    return _stack(session, local.template, _outputs(described), _physical_ids(client))


@dataclass(frozen=True)
class _Local:
    template: Template
    packages: Mapping[str, bytes]
    fixups: list[Fixup]
    digest: str


def _localised(
    session: LocalSession, folder: StateFolder, template_path: Path, parameters: Mapping[str, str]
) -> _Local:
    source = read_source(template_path)
    template = to_cloudformation(source.template, parameters, session.region_name)
    strip(template)
    spell_out_routes(template)
    packages = run_from_source(template, source, folder.packages)
    fixups = plan_fixups(template)
    text = json.dumps([template, dict(parameters)], sort_keys=True)
    return _Local(template, packages, fixups, hashlib.sha256(text.encode()).hexdigest())


def _upload(session: LocalSession, packages: Mapping[str, bytes]) -> None:
    client = session.client("s3")
    client.create_bucket(Bucket=CODE_BUCKET)
    for key, content in packages.items():
        client.put_object(Bucket=CODE_BUCKET, Key=key, Body=content)


def _outputs(described: Mapping[str, Any]) -> dict[str, str]:
    return {one["OutputKey"]: one["OutputValue"] for one in described.get("Outputs", [])}


def _physical_ids(client: Any) -> dict[str, str]:
    pages = client.get_paginator("list_stack_resources").paginate(
        StackName=cloudformation.STACK_NAME
    )
    return {
        one["LogicalResourceId"]: one["PhysicalResourceId"]
        for page in pages
        for one in page["StackResourceSummaries"]
        if one.get("PhysicalResourceId")
    }


def _stack(
    session: LocalSession, template: Template, outputs: Mapping[str, str], ids: Mapping[str, str]
) -> Stack:
    def named(kind: str) -> dict[str, str]:
        resources = template["Resources"].items()
        return {name: ids[name] for name, one in resources if one["Type"] == kind and name in ids}

    base = f"{session.endpoint_url}/_aws/execute-api"
    apis = named("AWS::ApiGatewayV2::Api")
    return Stack(
        outputs={key: value for key, value in outputs.items() if not is_fixup_output(key)},
        functions=named("AWS::Lambda::Function"),
        queue_urls=named("AWS::SQS::Queue"),
        tables=named("AWS::DynamoDB::Table"),
        api_urls={name: f"{base}/{physical_id}" for name, physical_id in apis.items()},
    )
