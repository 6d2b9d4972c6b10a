"""Least privilege: no `*` beyond the visible list, no managed policies, every action named."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from checks.finding import Finding
from checks.template.document import as_list

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.template.document import Document, Properties, Resource

# Actions for which AWS has no resource to name, or names it only at run time: action -> reason.
WITHOUT_RESOURCE = {
    "cloudwatch:PutMetricData": "metrics have no ARN; narrow it by cloudwatch:namespace",
    "ec2:CreateNetworkInterface": "a function in a VPC makes its interface before it has an ARN",
    "ec2:DeleteNetworkInterface": "the same",
    "ec2:DescribeNetworkInterfaces": "Describe has no resource",
    "kms:CreateAlias": "an alias is named at run time; narrow it by what all begin with",
    "kms:CreateKey": "a key has no ARN before it is made; narrow it by kms:KeySpec",
    "xray:PutTelemetryRecords": "X-Ray has no resource",
    "xray:PutTraceSegments": "X-Ray has no resource",
}
POLICY_TYPES = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")


def check_policies(document: Document) -> Iterator[Finding]:
    """Check every identity policy, and the key policies (where `*` means this key)."""
    for resource in document.resources:
        for entry in _managed(resource):
            yield Finding(resource.name, "managed-policy", f"{entry}: write the statements out")
        for statement in statements(resource):
            yield from _check_statement(resource.name, statement)
    for key in document.of_type("AWS::KMS::Key"):
        for statement in key_statements(key):
            yield from _check_key_statement(key.name, statement)


def statements(resource: Resource) -> Iterator[Properties]:
    """Yield the statements of a function, role or policy resource."""
    properties = resource.properties
    if resource.type in POLICY_TYPES:
        yield from as_list(properties.get("PolicyDocument", {}).get("Statement"))
    elif resource.type == "AWS::IAM::Role":
        for policy in as_list(properties.get("Policies")):
            yield from as_list(policy["PolicyDocument"].get("Statement"))
    elif resource.type.startswith("AWS::Serverless::"):
        for policy in as_list(properties.get("Policies")):
            if isinstance(policy, dict):
                yield from as_list(policy.get("Statement"))


def key_statements(key: Resource) -> Iterator[Properties]:
    """Yield the statements of a key's own policy."""
    yield from as_list(key.properties.get("KeyPolicy", {}).get("Statement"))


def is_account_root(statement: Properties) -> bool:
    """Say whether a key statement hands the key to the account's own IAM: AWS demands one."""
    return ":root" in json.dumps(statement.get("Principal"))


def _managed(resource: Resource) -> Iterator[Any]:
    is_serverless = resource.type.startswith("AWS::Serverless::")
    attached = as_list(resource.properties.get("Policies")) if is_serverless else []
    for entry in attached + as_list(resource.properties.get("ManagedPolicyArns")):
        if not (isinstance(entry, dict) and "Statement" in entry):
            yield entry


def _check_statement(name: str, statement: Properties) -> Iterator[Finding]:
    if statement.get("Effect") == "Deny":
        return
    for field in {"NotAction", "NotResource"} & statement.keys():
        yield Finding(name, "least-privilege", f"{field} allows whatever it does not name")
    actions = as_list(statement.get("Action"))
    yield from _wild(name, "action", actions)
    if not all(action in WITHOUT_RESOURCE for action in actions):
        yield from _wild(name, f"resource of {', '.join(actions)}", statement.get("Resource"))


def _wild(name: str, what: str, values: object) -> Iterator[Finding]:
    for value in as_list(values):
        if "*" in json.dumps(value):
            yield Finding(name, "least-privilege", f"the {what} has a *: {json.dumps(value)}")


def _check_key_statement(name: str, statement: Properties) -> Iterator[Finding]:
    if statement.get("Effect") == "Deny" or is_account_root(statement):
        return
    yield from _wild(name, "action", statement.get("Action"))
    if "*" in json.dumps(statement.get("Principal")) and "Condition" not in statement:
        yield Finding(name, "least-privilege", "the key policy allows everybody")
