"""The older nesting of a follow: budget and cost beside the limits, each of them in one place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.builders import LEADER
from tests.fakes.requests import FIXED

if TYPE_CHECKING:
    from tests.fakes.api import Answer, ApiWorld


def _follow(api: ApiWorld, token: str, risk: dict[str, Any]) -> Answer:
    body = {
        "leader_address": LEADER,
        "copy_budget_usdc": 1000,
        "cost_per_order_usdc": 100,
        "risk": risk,
    }
    return api.request("POST", "/v1/copy/follows", body, token)


def test_the_older_nesting_means_the_same(api: ApiWorld, token: str) -> None:
    limits = _follow(api, token, {"max_leverage": 5, "max_open_positions": 4}).body["limits"]

    assert (limits["max_total_leverage"], limits["max_open_positions"]) == ("5", 4)
    assert (limits["copy_budget_usdc"], limits["sizing"]) == ("1000", FIXED)


@pytest.mark.parametrize(
    "risk",
    [
        {"copy_budget_usdc": "5000"},
        {"copy_budget_usdc": None},
        {"sizing": {"kind": "ratio", "percent": "50"}},
        {"sizing": None},
    ],
)
def test_a_second_budget_or_sizing_is_refused(
    api: ApiWorld, token: str, risk: dict[str, Any]
) -> None:
    before = api.stored()

    answer = _follow(api, token, risk)

    assert (answer.status, answer.code) == (400, "INVALID_INPUT")
    (name,) = risk
    assert f"risk.{name}" in answer.body["detail"]
    assert api.stored() == before
