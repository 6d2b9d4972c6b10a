"""Of the template's own guarded keys each: what its policy must not say is reported."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from checks.template.document import Document, read_document
from checks.template.key_policies import ACCOUNT, ROLE, check_key_policies
from custody.aws import resident_keys

DOCUMENT = read_document(Path(__file__).resolve().parents[3] / "template.yaml")
GUARDED = ("AgentKey", "SpareAgentKey", "AuditRowKey", "CheckpointKey")
SIGNER = {"aws:PrincipalArn": {"Fn::Sub": ROLE % "SignerFunction"}}
PURPOSE = {"kms:EncryptionContext:purpose": "agent-signing"}
SIGNERS = {"ArnLike": SIGNER, "StringEquals": PURPOSE}
EVERYBODY = {"AWS": "*"}
FAULTS: dict[str, dict[str, Any]] = {
    "any_action": {"Action": "kms:*"},
    "any_creation": {"Action": ["kms:Describe*", "kms:Create*"]},
    "grants": {"Action": "kms:CreateGrant"},
    "grants_by_the_signer": {"Action": "kms:CreateGrant", "Condition": SIGNERS},
    "any_action_of_the_signer": {"Action": "kms:*", "Condition": SIGNERS},
    "use_by_the_account": {"Action": "kms:Decrypt"},
    "use_by_whoever_names_the_purpose": {
        "Action": "kms:Decrypt",
        "Condition": {"StringEquals": PURPOSE},
    },
    "use_without_a_purpose": {"Action": "kms:Decrypt", "Condition": {"ArnLike": SIGNER}},
    "use_by_all_but_the_signer": {
        "Action": "kms:Decrypt",
        "Condition": {"ArnNotLike": SIGNER, "StringEquals": PURPOSE},
    },
    "use_where_no_role_is_known": {
        "Action": "kms:Decrypt",
        "Condition": {"ArnLikeIfExists": SIGNER, "StringEquals": PURPOSE},
    },
    "use_by_two_roles": {
        "Action": "kms:Decrypt",
        "Condition": {
            "ArnLike": {"aws:PrincipalArn": [SIGNER["aws:PrincipalArn"], "*"]},
            "StringEquals": PURPOSE,
        },
    },
    "use_by_another_role": {
        "Action": "kms:Sign",
        "Condition": {"ArnLike": {"aws:PrincipalArn": {"Fn::Sub": ROLE % "CopierFunction"}}},
    },
    "all_actions_but_one": {"Action": [], "NotAction": "kms:Decrypt"},
    "another_account": {
        "Principal": {"AWS": "arn:aws:iam::999999999999:root"},
        "Action": "kms:Describe*",
    },
    "everybody_of_the_account": {
        "Principal": EVERYBODY,
        "Action": "kms:Decrypt",
        "Condition": {"StringEquals": {"kms:CallerAccount": {"Ref": "AWS::AccountId"}}},
    },
}


def broken_in(key: str, statements: list[Any]) -> list[tuple[str, str]]:
    """Give a key of the template another policy, and what is reported then."""
    changed = []
    for resource in DOCUMENT.resources:
        properties = deepcopy(resource.properties)
        if resource.name == key:
            properties["KeyPolicy"] = {"Statement": statements}
        changed.append(replace(resource, properties=properties))
    found = check_key_policies(Document(tuple(changed)))
    return [(finding.place, finding.rule) for finding in found]


def policy_of(key: str) -> list[Any]:
    (resource,) = (each for each in DOCUMENT.resources if each.name == key)
    return list(resource.properties["KeyPolicy"]["Statement"])


def test_every_key_but_that_of_the_tables_is_guarded() -> None:
    keys = {key.name for key in DOCUMENT.of_type("AWS::KMS::Key")}

    assert keys == {*GUARDED, "DataKey"}
    assert list(check_key_policies(DOCUMENT)) == []


@pytest.mark.parametrize("key", GUARDED)
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_statement_that_is_not_listed_is_reported(key: str, fault: dict[str, Any]) -> None:
    planted = {"Effect": "Allow", "Principal": ACCOUNT, "Resource": "*", **fault}

    assert broken_in(key, [*policy_of(key), planted]) == [(key, "key-policy")]


@pytest.mark.parametrize("key", GUARDED)
def test_a_key_without_a_policy_of_its_own_is_reported(key: str) -> None:
    assert broken_in(key, []) == [(key, "key-policy")]


def test_what_one_key_may_allow_another_may_not() -> None:
    (opening,) = (each for each in policy_of("AgentKey") if "kms:Decrypt" in each["Action"])
    (signing,) = (each for each in policy_of("CheckpointKey") if "kms:Sign" in each["Action"])

    assert broken_in("CheckpointKey", [opening]) == [("CheckpointKey", "key-policy")]
    assert broken_in("AgentKey", [signing]) == [("AgentKey", "key-policy")]


@pytest.mark.parametrize("key", GUARDED)
def test_denying_and_demanding_more_is_nobodys_fault(key: str) -> None:
    narrowed = deepcopy(policy_of(key))
    for statement in narrowed:
        statement.setdefault("Condition", {})["Bool"] = {"aws:SecureTransport": "true"}
    denied = {"Effect": "Deny", "Principal": EVERYBODY, "Action": "kms:*", "Resource": "*"}

    assert broken_in(key, [*narrowed, denied]) == []


def test_a_resident_keys_administrators_may_do_no_more() -> None:
    administered = {"Effect": "Allow", "Principal": ACCOUNT, "Resource": "*"}
    administered |= {"Action": list(resident_keys._ADMINISTERED)}

    assert broken_in("AgentKey", [administered]) == []
