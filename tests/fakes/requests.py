"""Requests that are good, for tests to spoil."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes.builders import LEADER

if TYPE_CHECKING:
    from tests.fakes.api import ApiWorld

FIXED = {"kind": "fixed", "cost_per_order_usdc": "100"}


def limits(**changes: Any) -> dict[str, Any]:
    return {"copy_budget_usdc": "1000", "sizing": FIXED, **changes}


def new_follow(leader: str = LEADER, **changes: Any) -> dict[str, Any]:
    return {"venue": "hyperliquid", "leader_address": leader, "limits": limits(**changes)}


def created(api: ApiWorld, token: str, **changes: Any) -> str:
    answer = api.request("POST", "/v1/follows", new_follow(**changes), token)
    assert answer.status == 201, answer.body
    return str(answer.body["follow_id"])


def started(api: ApiWorld, token: str, **changes: Any) -> str:
    follow_id = created(api, token, **changes)
    answer = api.request("POST", f"/v1/follows/{follow_id}/start", None, token)
    assert answer.status == 200, answer.body
    return follow_id
