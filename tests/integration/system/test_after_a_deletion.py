"""A deleted account on the running system: what is kept leads nobody back to the person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.permissions.cast import new_follower
from tests.permissions.stage import Stage

if TYPE_CHECKING:
    from tests.permissions.cast import Follower

pytestmark = pytest.mark.integration

KEPT_FOR_GOOD = ("CustodyTable", "AuditTable", "AuditChainTable")


def test_custody_and_the_audit_name_neither_wallet_nor_agent(stage: Stage) -> None:
    follower = new_follower(stage)
    follower.copy("0", "1", 1)
    (agent,) = follower.client.call("GET", "/v1/agents")["items"]
    user_id = follower.state.follow.user_id
    names = [follower.user.key.address.lower()[2:], agent["address"].lower()[2:]]
    assert names[0] in everything(stage, "CustodyTable"), "as long as the agent trades"

    erase(follower)

    assert {name: found(stage, name, names) for name in KEPT_FOR_GOOD} == {
        name: [] for name in KEPT_FOR_GOOD
    }
    assert agent["agent_id"] in everything(stage, "AuditTable"), "what happened is kept"
    assert user_id not in everything(stage, "CustodyTable")


def erase(follower: Follower) -> None:
    wish = {"address": follower.user.key.address, "positions": "keep"}
    stage = follower.user.stage
    stage.wait(
        "the account is deleted",
        lambda: follower.client.call("POST", "/v1/me/deletion", wish)["status"] == "DELETED",
    )


def found(stage: Stage, table: str, names: list[str]) -> list[str]:
    text = everything(stage, table)
    return [each for each in names if each in text]


def everything(stage: Stage, name: str) -> str:
    table = stage.table(name)
    pages: Any = table.client.get_paginator("scan").paginate(TableName=table.name)
    return repr([item for page in pages for item in page["Items"]]).lower()
