"""The template says on AWS what the emulator cannot evaluate about the agents' keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

TEMPLATE = Path(__file__).resolve().parents[3] / "template.yaml"
KEYS = ("AgentKey", "SpareAgentKey")


def resource(name: str) -> dict[str, Any]:
    template: dict[str, Any] = yaml_parse(TEMPLATE.read_text())
    properties: dict[str, Any] = template["Resources"][name]["Properties"]
    return properties


def signers_statement(name: str) -> dict[str, Any]:
    (policy,) = resource("SignerFunctionRole")["Policies"]
    statements = policy["PolicyDocument"]["Statement"]
    return next(each for each in statements if each["Sid"] == name)


@pytest.mark.parametrize("key", KEYS)
def test_an_agent_key_opens_for_the_signers_role_alone(key: str) -> None:
    statements = resource(key)["KeyPolicy"]["Statement"]
    using = [each for each in statements if "kms:Decrypt" in each["Action"]]

    (only,) = using
    role = only["Condition"]["ArnLike"]["aws:PrincipalArn"]["Fn::Sub"]
    assert role.endswith(":role/${AWS::StackName}-SignerFunctionRole-*")
    assert only["Condition"]["StringEquals"]["kms:EncryptionContext:purpose"] == "agent-signing"
    assert only["Condition"]["Null"]["kms:EncryptionContext:purpose"] == "false"


@pytest.mark.parametrize("key", KEYS)
def test_an_administrator_may_disable_an_agent_key_and_use_it_for_nothing(key: str) -> None:
    statements = resource(key)["KeyPolicy"]["Statement"]
    (actions,) = (each["Action"] for each in statements if each["Sid"].startswith("Administrators"))

    assert "kms:DisableKey" in actions
    assert not {"kms:*", "kms:Encrypt", "kms:Decrypt", "kms:Re*", "kms:De*"} & set(actions)


def test_both_keys_are_guarded_alike() -> None:
    first, spare = (resource(key) for key in KEYS)

    assert first == spare


def test_keys_move_between_the_two_under_their_purpose_alone() -> None:
    statement = signers_statement("RewrapsInsideKms")

    assert statement["Action"] == ["kms:ReEncryptFrom", "kms:ReEncryptTo"]
    assert [each["Fn::GetAtt"] for each in statement["Resource"]] == [
        ["AgentKey", "Arn"],
        ["SpareAgentKey", "Arn"],
    ]
    assert statement["Condition"] == signers_statement("UsesTheAgentKey")["Condition"]


def test_the_signer_makes_signing_keys_of_one_curve_and_no_others() -> None:
    statement = signers_statement("MakesResidentKeys")

    assert statement["Action"] == ["kms:CreateKey"]
    assert statement["Condition"]["StringEquals"] == {
        "kms:KeySpec": "ECC_SECG_P256K1",
        "kms:KeyUsage": "SIGN_VERIFY",
    }


def test_the_signer_names_keys_as_its_own_alone() -> None:
    statement = signers_statement("NamesResidentKeys")

    assert statement["Action"] == ["kms:CreateAlias"]
    (names,) = (each["Fn::Sub"] for each in statement["Resource"])
    assert names.endswith(":alias/understudy/${AWS::StackName}-SignerFunctionRole-*")
