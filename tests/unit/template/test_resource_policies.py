"""What stands at the resources themselves: keys alone have policies, and each statement is needed.

`make prove-iam` cuts the policies of roles. A role's permission on a key works only beside one of
these statements, so each of them is written down here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from checks.template.document import as_list, read_document

DOCUMENT = read_document(Path(__file__).resolve().parents[3] / "template.yaml")
KEYS = {each.name: each.properties["KeyPolicy"] for each in DOCUMENT.of_type("AWS::KMS::Key")}
ROLES = {each.name: each.properties for each in DOCUMENT.of_type("AWS::IAM::Role")}
ADMINISTRATORS = "Administrators"
SIGNER, API, CHECKPOINT = "SignerFunctionRole", "ApiFunctionRole", "AuditCheckpointFunctionRole"
ERASURE = "AccountErasureFunctionRole"
PURPOSE, ACTOR = "kms:EncryptionContext:purpose", "kms:EncryptionContext:actor"
SEALS = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo"]
AGENTS = {"TheSignerUnderItsPurpose": (SEALS, SIGNER, {PURPOSE: "agent-signing"})}
ROWS = {PURPOSE: "audit-rows"}
STAMPS = ["kms:GenerateDataKey"]
USERS: dict[str, dict[str, tuple[list[str], str, dict[str, Any]]]] = {
    "AgentKey": AGENTS,
    "SpareAgentKey": AGENTS,
    "AuditRowKey": {
        "TheSignerUnderItsName": (STAMPS, SIGNER, {**ROWS, ACTOR: "signer"}),
        "TheApiUnderItsName": (STAMPS, API, {**ROWS, ACTOR: "api"}),
        "TheErasureUnderItsName": (STAMPS, ERASURE, {**ROWS, ACTOR: "account_erasure"}),
        "OperatorsUnderTheirName": (STAMPS, "", {**ROWS, ACTOR: "operator"}),
        "WhoVerifiesOpensTheWritersKeys": (["kms:Decrypt"], "", ROWS),
    },
    "CheckpointKey": {"TheCheckpointsFunction": (["kms:Sign"], CHECKPOINT, {})},
}
"""Key and statement to what it allows, to which role ('' for any), under what context."""


def statements(key: str) -> dict[str, dict[str, Any]]:
    return {
        each["Sid"]: each
        for each in as_list(KEYS[key]["Statement"])
        if not each["Sid"].startswith(ADMINISTRATORS)
    }


def test_keys_alone_have_policies_of_their_own() -> None:
    types = {each.type for each in DOCUMENT.resources if each.type.endswith("Policy")}

    assert types == set()
    assert KEYS.keys() == {*USERS, "DataKey"}


@pytest.mark.parametrize("role", ROLES)
def test_lambda_alone_takes_on_a_role(role: str) -> None:
    (statement,) = ROLES[role]["AssumeRolePolicyDocument"]["Statement"]

    assert statement == {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }


@pytest.mark.parametrize("key", USERS)
def test_a_key_admits_those_that_are_named_here_and_nobody_else(key: str) -> None:
    assert statements(key).keys() == USERS[key].keys()


@pytest.mark.parametrize(
    ("key", "statement"),
    [(key, statement) for key, named in USERS.items() for statement in named],
)
def test_a_statement_of_a_key_allows_one_thing_to_one_role(key: str, statement: str) -> None:
    written = statements(key)[statement]
    actions, role, context = USERS[key][statement]
    condition = written["Condition"]

    assert (written["Effect"], as_list(written["Action"])) == ("Allow", actions)
    assert condition.get("StringEquals", {}) == context
    if role:
        named = condition["ArnLike"]["aws:PrincipalArn"]["Fn::Sub"]
        assert named.endswith(":role/${AWS::StackName}-" + role + "-*")
    else:
        assert condition.keys() == {"StringEquals"}


def test_the_tables_key_is_used_through_the_tables_of_this_account_alone() -> None:
    (through,) = statements("DataKey").values()

    assert through["Condition"]["StringEquals"] == {
        "kms:CallerAccount": {"Ref": "AWS::AccountId"},
        "kms:ViaService": {"Fn::Sub": "dynamodb.${AWS::Region}.amazonaws.com"},
    }
