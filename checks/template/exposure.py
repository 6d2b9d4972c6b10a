"""What can be reached from outside: nothing by everybody, but the API within its limits."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from checks.finding import Finding
from checks.template.document import as_list

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from checks.template.document import Document, Properties, Resource

PUBLIC_ACCESS = {
    "BlockPublicAcls",
    "BlockPublicPolicy",
    "IgnorePublicAcls",
    "RestrictPublicBuckets",
}
STAGE_LIMITS = {"ThrottlingRateLimit", "ThrottlingBurstLimit"}
CREDENTIALS = re.compile(r'"AllowCredentials": (?!false)')


def check_exposure(document: Document) -> Iterator[Finding]:
    """Check each resource that somebody outside could reach."""
    for resource in document.resources:
        check = CHECKS.get(resource.type)
        if check is not None:
            yield from check(resource)


def _api(api: Resource) -> Iterator[Finding]:
    throttled = api.properties.get("DefaultRouteSettings") or {}
    if not throttled.keys() >= STAGE_LIMITS:
        yield Finding(api.name, "throttle", "DefaultRouteSettings sets no limits for the stage")
    cors = api.properties.get("CorsConfiguration") or {}
    if cors is True or "*" in json.dumps(cors):
        yield Finding(api.name, "cors", "a wildcard lets every page call")
    if CREDENTIALS.search(json.dumps(cors)):
        yield Finding(api.name, "cors", "AllowCredentials: tokens go in a header, never in cookies")


def _bucket(bucket: Resource) -> Iterator[Finding]:
    blocked = bucket.properties.get("PublicAccessBlockConfiguration") or {}
    missing = sorted(name for name in PUBLIC_ACCESS if blocked.get(name) is not True)
    if missing:
        yield Finding(bucket.name, "public", f"may be opened to everybody: {', '.join(missing)}")


def _function(function: Resource) -> Iterator[Finding]:
    url = function.properties.get("FunctionUrlConfig") or {}
    if url and url.get("AuthType") != "AWS_IAM":
        yield Finding(function.name, "public", "its URL may be called by everybody")


def _permission(permission: Resource) -> Iterator[Finding]:
    if permission.properties.get("Principal") == "*":
        yield Finding(permission.name, "public", "lets everybody invoke")


def _policy(policy: Resource) -> Iterator[Finding]:
    written = policy.properties.get("PolicyDocument") or {}
    if any(_admits_everybody(each) for each in as_list(written.get("Statement"))):
        yield Finding(policy.name, "public", "admits everybody")


def _admits_everybody(statement: Properties) -> bool:
    is_open = statement.get("Effect") != "Deny" and "Condition" not in statement
    return is_open and '"*"' in json.dumps(statement.get("Principal"))


CHECKS: Mapping[str, Callable[[Resource], Iterator[Finding]]] = {
    "AWS::Serverless::HttpApi": _api,
    "AWS::S3::Bucket": _bucket,
    "AWS::Serverless::Function": _function,
    "AWS::Lambda::Permission": _permission,
    "AWS::SQS::QueuePolicy": _policy,
    "AWS::S3::BucketPolicy": _policy,
    "AWS::SNS::TopicPolicy": _policy,
}
