"""The policies of the deployed roles: read, cut by one part at a time, and put back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from localcloud.deploy.cloudformation import STACK_NAME

if TYPE_CHECKING:
    from localcloud.session import LocalSession
    from localcloud.stack import Denials

WHOLE = "the whole statement"
Statement = dict[str, Any]


@dataclass(frozen=True)
class Policy:
    """One inline policy of one deployed role; `role` is its logical id."""

    role: str
    role_name: str
    name: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class Cut:
    """One part that is taken out of a policy: a statement, or one action or resource of it."""

    policy: Policy
    statement: str
    part: str
    left: tuple[Statement, ...]
    actions: tuple[str, ...]
    resources: tuple[str, ...]

    @property
    def title(self) -> str:
        """Name the role, the statement and the part."""
        return f"{self.policy.role} {self.statement}: {self.part}"

    def explains(self, denial: Denials) -> bool:
        """Tell whether a denial is of what this has taken out."""
        return (
            denial.role == self.policy.role_name
            and any(fnmatchcase(denial.action, action) for action in self.actions)
            and any(fnmatchcase(denial.resource, resource) for resource in self.resources)
        )


def read_policies(session: LocalSession) -> list[Policy]:
    """Read every role's inline policies; managed ones are refused: nobody can see into them."""
    iam, found = session.client("iam"), []
    for role, name in _roles(session).items():
        attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
        if attached:
            raise ValueError(f"{role} has managed policies: write the statements out: {attached}")
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            document = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
            found.append(Policy(role, name, policy, tuple(_as_list(document["Statement"]))))
    return found


def cuts_of(policy: Policy) -> Iterator[Cut]:
    """Give each statement as a whole, then each of its actions and resources where it has many."""
    for place, statement in enumerate(policy.statements):
        name = str(statement.get("Sid", policy.name))
        actions = tuple(_as_list(statement["Action"]))
        resources = tuple(_as_list(statement["Resource"]))
        yield Cut(policy, name, WHOLE, _replaced(policy, place), actions, resources)
        for key in ("Action", "Resource"):
            values = _as_list(statement[key])
            for value in values if len(values) > 1 else ():
                less = {**statement, key: [each for each in values if each != value]}
                touched = {"Action": actions, "Resource": resources, key: (value,)}
                left = _replaced(policy, place, less)
                yield Cut(policy, name, value, left, touched["Action"], touched["Resource"])


@contextmanager
def taken_out(session: LocalSession, cut: Cut) -> Iterator[None]:
    """Take a part out of its role's policy for a while."""
    put_policy(session, cut.policy, cut.left)
    try:
        yield
    finally:
        put_policy(session, cut.policy, cut.policy.statements)


def put_policy(session: LocalSession, policy: Policy, statements: tuple[Statement, ...]) -> None:
    """Write other statements into a policy; without any the policy goes."""
    iam, which = session.client("iam"), {"RoleName": policy.role_name, "PolicyName": policy.name}
    if not statements:
        iam.delete_role_policy(**which)
        return
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    iam.put_role_policy(**which, PolicyDocument=json.dumps(document))


def _replaced(policy: Policy, place: int, *instead: Statement) -> tuple[Statement, ...]:
    before, after = policy.statements[:place], policy.statements[place + 1 :]
    return deepcopy((*before, *instead, *after))


def _roles(session: LocalSession) -> Mapping[str, str]:
    pages = session.client("cloudformation").get_paginator("list_stack_resources")
    return {
        each["LogicalResourceId"]: each["PhysicalResourceId"]
        for page in pages.paginate(StackName=STACK_NAME)
        for each in page["StackResourceSummaries"]
        if each["ResourceType"] == "AWS::IAM::Role"
    }


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
