"""Who says whose an address is: the API alone, whatever else may write the table of people.

Asked of the template for every kind of key; the local cloud holds its roles to the same conditions.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from understudy.adapters.aws import identity_keys as keys
from understudy.domain.identity import AuthMethod
from understudy.domain.ids import UserId, WalletId

TEMPLATE = Path(__file__).resolve().parents[3] / "template.yaml"
USER, PRIVY = UserId("u1"), AuthMethod.PRIVY
WRITING = {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"}
OF_USERS = [
    keys.user(USER),
    keys.wallet(USER, WalletId("w1")),
    keys.agent(USER, "a1"),
    keys.session_of_user(USER, "s1"),
]
WAYS_IN = [
    keys.address("0x" + "a" * 40),
    keys.provider_identity(PRIVY, "did:privy:alice"),
    keys.nonce("n1"),
]


@cache
def statements(role: str) -> list[dict[str, Any]]:
    """Give what a role may do with items of the table of people."""
    template: dict[str, Any] = yaml_parse(TEMPLATE.read_text())
    (policy,) = template["Resources"][role]["Properties"]["Policies"]
    table = {"Fn::GetAtt": ["IdentityTable", "Arn"]}
    listed: list[dict[str, Any]] = policy["PolicyDocument"]["Statement"]
    return [each for each in listed if table in each["Resource"]]


def may(role: str, actions: set[str], item: dict[str, Any]) -> bool:
    return any(
        _fits(each.get("Condition"), item["pk"]["S"])
        for each in statements(role)
        if actions & set(each["Action"])
    )


def _fits(condition: dict[str, Any] | None, partition: str) -> bool:
    if condition is None:
        return True
    assert condition["Null"] == {"dynamodb:LeadingKeys": "false"}  # else a scan would fit
    patterns = condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    return any(fnmatchcase(partition, pattern) for pattern in patterns)


ERASURE = "AccountErasureFunctionRole"
DELETING = {"dynamodb:DeleteItem"}


def test_who_prepares_successors_counts_them_for_their_address() -> None:
    count = keys.made_agents("0x" + "a" * 40)

    assert may("AgentUpkeepFunctionRole", {"dynamodb:PutItem"}, count)
    assert may("AgentUpkeepFunctionRole", {"dynamodb:GetItem"}, count)
    assert not may("OperatorApiFunctionRole", WRITING, count)
    assert not may(ERASURE, WRITING, count)


@pytest.mark.parametrize("role", ["AgentUpkeepFunctionRole", "OperatorApiFunctionRole"])
def test_it_writes_what_is_a_users_and_no_way_in(role: str) -> None:
    assert all(may(role, WRITING, item) for item in OF_USERS)
    assert not any(may(role, WRITING, item) for item in WAYS_IN)


def test_who_looks_after_agents_knows_no_session() -> None:
    every_action = {
        name for each in statements("AgentUpkeepFunctionRole") for name in each["Action"]
    }

    assert not may("AgentUpkeepFunctionRole", every_action, keys.session("s1"))
    assert not may("AgentUpkeepFunctionRole", every_action, keys.everybody())


def test_operators_end_sessions_and_find_users_by_address() -> None:
    assert may("OperatorApiFunctionRole", WRITING, keys.session("s1"))
    assert may("OperatorApiFunctionRole", WRITING, keys.everybody())
    assert may("OperatorApiFunctionRole", {"dynamodb:GetItem"}, keys.address("0x1"))


def test_who_erases_people_takes_their_ways_in_away_and_makes_none() -> None:
    making = WRITING - DELETING
    address, subject, nonce = WAYS_IN
    ways_in = [address, subject, keys.session("s1")]

    assert all(may(ERASURE, DELETING, item) for item in (*OF_USERS, *ways_in))
    assert all(may(ERASURE, making, item) for item in OF_USERS)
    assert not any(may(ERASURE, making, item) for item in (*WAYS_IN, keys.session("s1")))
    assert not any(may(ERASURE, WRITING, item) for item in (nonce, keys.everybody()))


def test_who_erases_people_sees_no_way_in() -> None:
    reading = {"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"}

    assert not any(may(ERASURE, reading, item) for item in (*WAYS_IN, keys.session("s1")))
