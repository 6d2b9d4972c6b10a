"""The template says of the audit what the local cloud cannot evaluate, or only in part."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from checks.template.document import read_document
from understudy.domain.audit import Actor

DOCUMENT = read_document(Path(__file__).resolve().parents[3] / "template.yaml")
RESOURCES = {each.name: each.properties for each in DOCUMENT.resources}


def statements(key: str) -> dict[str, dict[str, Any]]:
    found = RESOURCES[key]["KeyPolicy"]["Statement"]
    return {statement["Sid"]: statement for statement in found}


@pytest.mark.parametrize(
    ("statement", "role", "actor"),
    [
        ("TheSignerUnderItsName", "SignerFunctionRole-*", "signer"),
        ("TheApiUnderItsName", "ApiFunctionRole-*", "api"),
        ("TheErasureUnderItsName", "AccountErasureFunctionRole-*", "account_erasure"),
    ],
)
def test_a_role_stamps_under_its_own_name_only(statement: str, role: str, actor: str) -> None:
    allowed = statements("AuditRowKey")[statement]

    assert allowed["Action"] == "kms:GenerateDataKey"
    assert allowed["Condition"]["ArnLike"]["aws:PrincipalArn"]["Fn::Sub"].endswith(role)
    assert allowed["Condition"]["StringEquals"]["kms:EncryptionContext:actor"] == actor


@pytest.mark.parametrize("key", ["AuditRowKey", "CheckpointKey"])
def test_administrators_neither_stamp_nor_sign(key: str) -> None:
    (admins,) = (each for sid, each in statements(key).items() if sid.startswith("Administrators"))
    using = ("kms:Sign", "kms:GenerateDataKey", "kms:Decrypt", "kms:*", "kms:Generate*")

    assert not set(using) & set(admins["Action"])


def test_only_the_checkpoints_function_signs() -> None:
    (only,) = (
        each for each in statements("CheckpointKey").values() if "kms:Sign" in each["Action"]
    )
    role = only["Condition"]["ArnLike"]["aws:PrincipalArn"]["Fn::Sub"]
    assert role.endswith(":role/${AWS::StackName}-AuditCheckpointFunctionRole-*")


def test_nobody_can_unlock_a_checkpoint() -> None:
    bucket = RESOURCES["CheckpointBucket"]
    retention = bucket["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]

    assert bucket["ObjectLockEnabled"] is True
    assert retention == {"Mode": "COMPLIANCE", "Days": {"Ref": "AuditLockDays"}}
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert all(bucket["PublicAccessBlockConfiguration"].values())


@pytest.mark.parametrize("table", ["AuditTable", "AuditChainTable"])
def test_nothing_of_the_audit_expires(table: str) -> None:
    assert "TimeToLiveSpecification" not in RESOURCES[table]


def test_an_extract_is_of_users_and_agents_and_never_of_operators() -> None:
    (policy,) = RESOURCES["AuditExtractFunctionRole"]["Policies"]
    (reads,) = (each for each in policy["PolicyDocument"]["Statement"] if "AuditTable" in str(each))

    assert reads["Action"] == ["dynamodb:Query"]
    assert reads["Condition"] == {
        "ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["API#*", "SIGNER#*"]},
        "Null": {"dynamodb:LeadingKeys": "false"},
    }


WRITERS = {
    "SignerFunctionRole": Actor.SIGNER,
    "ApiFunctionRole": Actor.API,
    "AccountErasureFunctionRole": Actor.ERASURE,
    "OperatorApiFunctionRole": Actor.OPERATOR,
}


def of_role(role: str, resource: str) -> list[dict[str, Any]]:
    """Give what a role may do with a resource."""
    return [
        statement
        for policy in RESOURCES[role].get("Policies", [])
        for statement in policy["PolicyDocument"]["Statement"]
        if f"'{resource}.Arn'" in str(statement["Resource"])
    ]


@pytest.mark.parametrize(("role", "actor"), WRITERS.items())
def test_a_writer_adds_rows_among_its_own_alone_and_stamps_under_that_name(
    role: str, actor: Actor
) -> None:
    (writes,) = of_role(role, "AuditTable")
    (stamps,) = of_role(role, "AuditRowKey")

    # ForAllValues is true of no key at all: Null keeps out what names none.
    assert writes["Condition"] == {
        "ForAllValues:StringLike": {"dynamodb:LeadingKeys": [actor.partition_of("*")]},
        "Null": {"dynamodb:LeadingKeys": "false"},
    }
    assert stamps["Condition"]["StringEquals"]["kms:EncryptionContext:actor"] == actor.value


def test_nobody_else_writes_rows() -> None:
    reading = {"dynamodb:Query"}
    roles = (name for name in RESOURCES if name.endswith("Role"))

    writing = {
        role
        for role in roles
        for each in of_role(role, "AuditTable")
        if not set(each["Action"]) <= reading
    }

    assert writing == set(WRITERS)


def test_only_audit_seal_and_its_checkpoints_write_chains() -> None:
    users = {
        name
        for name, properties in RESOURCES.items()
        if name.endswith("Role") and "AuditChainTable" in str(properties)
    }

    assert users == {"AuditSealFunctionRole", "AuditCheckpointFunctionRole"}
