"""The whole way from the template file to a running stack, and what the stack is called there."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from localcloud.deploy import cloudformation
from localcloud.deploy.fixups import is_fixup_output, plan_fixups
from localcloud.deploy.functions import run_from_source
from localcloud.deploy.http_api import spell_out_routes
from localcloud.deploy.source import CODE_BUCKET, Source, read_source
from localcloud.deploy.strip import strip
from localcloud.deploy.transform import to_cloudformation
from localcloud.state_folder import read_object, write_whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from localcloud.session import LocalSession
    from localcloud.state_folder import StateFolder

TEMPLATE_KEY = "template.json"


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
    source = read_source(template_path)
    digest = _digest(source, parameters)
    client = session.client("cloudformation")
    described = cloudformation.find_stack(client)
    if described is None or read_object(folder.deployed).get("digest") != digest:
        described = _put(session, folder, source, parameters, progress)
        write_whole(folder.deployed, {"digest": digest})
    return _stack(session, described, _resources(client))


def _put(
    session: LocalSession,
    folder: StateFolder,
    source: Source,
    parameters: Mapping[str, str],
    progress: Callable[[str], None],
) -> dict[str, Any]:
    template = to_cloudformation(source.template, parameters, session.region_name)
    strip(template)
    spell_out_routes(template)
    packages = run_from_source(template, source, folder.packages)
    fixups = plan_fixups(template)
    progress(f"deploying {len(template['Resources'])} resources")
    _upload(session, {**packages, TEMPLATE_KEY: json.dumps(template).encode()})
    client = session.client("cloudformation")
    template_url = f"{client.meta.endpoint_url}/{CODE_BUCKET}/{TEMPLATE_KEY}"
    described = cloudformation.put_stack(client, template_url, parameters)
    physical_ids = {one.name: one.physical_id for one in _resources(client)}
    for fixup in fixups:
        fixup.apply(session, physical_ids, _outputs(described))
    return described


def _digest(source: Source, parameters: Mapping[str, str]) -> str:
    """Fingerprint all that the deployed stack is made from; function code is read in place."""
    ours = [file.read_text("utf-8") for file in sorted(Path(__file__).parent.glob("*.py"))]
    folders = {name: str(folder) for name, folder in source.folders.items()}
    needed = [
        file.read_text("utf-8")
        for folder in source.folders.values()
        if (file := folder / "requirements.txt").is_file()
    ]
    facts = [source.template, dict(parameters), folders, needed, ours, sys.executable]
    return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()


def _upload(session: LocalSession, packages: Mapping[str, bytes]) -> None:
    client = session.client("s3")
    client.create_bucket(Bucket=CODE_BUCKET)
    for key, content in packages.items():
        client.put_object(Bucket=CODE_BUCKET, Key=key, Body=content)


def _outputs(described: Mapping[str, Any]) -> dict[str, str]:
    return {one["OutputKey"]: one["OutputValue"] for one in described.get("Outputs", [])}


@dataclass(frozen=True)
class _Resource:
    name: str
    kind: str
    physical_id: str


def _resources(client: Any) -> list[_Resource]:
    pages = client.get_paginator("list_stack_resources").paginate(
        StackName=cloudformation.STACK_NAME
    )
    return [
        _Resource(one["LogicalResourceId"], one["ResourceType"], one["PhysicalResourceId"])
        for page in pages
        for one in page["StackResourceSummaries"]
        if one.get("PhysicalResourceId")
    ]


def _stack(
    session: LocalSession, described: Mapping[str, Any], resources: list[_Resource]
) -> Stack:
    def named(kind: str) -> dict[str, str]:
        return {one.name: one.physical_id for one in resources if one.kind == kind}

    base = f"{session.endpoint_url}/_aws/execute-api"
    apis = named("AWS::ApiGatewayV2::Api")
    outputs = _outputs(described).items()
    return Stack(
        outputs={key: value for key, value in outputs if not is_fixup_output(key)},
        functions=named("AWS::Lambda::Function"),
        queue_urls=named("AWS::SQS::Queue"),
        tables=named("AWS::DynamoDB::Table"),
        api_urls={name: f"{base}/{physical_id}" for name, physical_id in apis.items()},
    )
