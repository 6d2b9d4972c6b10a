"""Roles made for one test: with the statements that it names, and nobody else's."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3

from localcloud.session import REGION, without_user_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localcloud.stack import RunningStack

POLICY = "permits"


def allows(action: str | list[str], resource: str, **condition: Any) -> dict[str, Any]:
    """Give a statement that allows an action on a resource."""
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    return {**statement, "Condition": condition} if condition else statement


@contextmanager
def a_role(cloud: RunningStack, trusted: dict[str, str], *statements: Any) -> Iterator[str]:
    """Give the ARN of a role that somebody takes on and that may do what these statements allow."""
    iam, name = cloud.session().client("iam"), f"role-{uuid4().hex}"
    trust = {"Effect": "Allow", "Principal": trusted, "Action": "sts:AssumeRole"}
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=_document(trust))
    if statements:
        iam.put_role_policy(RoleName=name, PolicyName=POLICY, PolicyDocument=_document(*statements))
    try:
        yield made["Role"]["Arn"]
    finally:
        if statements:
            iam.delete_role_policy(RoleName=name, PolicyName=POLICY)
        iam.delete_role(RoleName=name)


@contextmanager
def acting(cloud: RunningStack, service: str, *statements: Any) -> Iterator[Any]:
    """Give a client of a service whose role may do what these statements allow."""
    sts = cloud.session().client("sts")
    account = sts.get_caller_identity()["Account"]
    with a_role(cloud, {"AWS": f"arn:aws:iam::{account}:root"}, *statements) as role:
        granted = sts.assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
        session: Any = boto3.Session(
            aws_access_key_id=granted["AccessKeyId"],
            aws_secret_access_key=granted["SecretAccessKey"],
            aws_session_token=granted["SessionToken"],
            region_name=REGION,
            botocore_session=without_user_settings(),
        )
        yield session.client(service, endpoint_url=cloud.endpoint_url)


def _document(*statements: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
