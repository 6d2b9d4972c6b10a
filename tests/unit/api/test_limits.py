"""Limits over HTTP: exact numbers, every range to its edges, and what must hold between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.builders import LEADER
from tests.fakes.requests import FIXED, created, new_follow

if TYPE_CHECKING:
    from tests.fakes.api import ApiWorld


def shown(api: ApiWorld, token: str, follow_id: str) -> dict[str, Any]:
    return api.request("GET", f"/v1/follows/{follow_id}", None, token).body


def test_numbers_are_taken_exactly_as_they_were_written(api: ApiWorld, token: str) -> None:
    numbers = '"copy_budget_usdc": 1e3, "max_total_leverage": 2.50'
    sizing = '"sizing": {"cost_per_order_usdc": 10.1}'
    body = f'{{"leader_address": "{LEADER}", "limits": {{{numbers}, {sizing}}}}}'

    limits = api.request("POST", "/v1/follows", body, token).body["limits"]

    assert (limits["copy_budget_usdc"], limits["max_total_leverage"]) == ("1000", "2.5")
    assert limits["sizing"] == {"kind": "fixed", "cost_per_order_usdc": "10.1"}


WRONG_LIMITS: list[dict[str, Any]] = [
    {"copy_budget_usdc": "9.99"},
    {"copy_budget_usdc": None},
    {"copy_budget_usdc": "NaN"},
    {"copy_budget_usdc": "Infinity"},
    {"copy_budget_usdc": "-1000"},
    {"copy_budget_usdc": "1e3"},
    {"copy_budget_usdc": "1" * 400},
    {"copy_budget_usdc": "1000000001"},
    {"copy_budget_usdc": "0.123456789"},
    {"copy_budget_usdc": True},
    {"copy_budget_usdc": ["1000"]},
    {"sizing": None},
    {"sizing": {"kind": "fixed"}},
    {"sizing": {"kind": "fixed", "cost_per_order_usdc": "1001"}},
    {"sizing": {"kind": "fixed", "cost_per_order_usdc": "100", "percent": "5"}},
    {"sizing": {"kind": "ratio"}},
    {"sizing": {"kind": "ratio", "percent": "0.5"}},
    {"sizing": {"kind": "ratio", "percent": "101"}},
    {"sizing": {"kind": "proportional", "percent": "10"}},
    {"sizing": {"kind": "all-in"}},
    {"max_order_usdc": "1001"},
    {"max_order_usdc": "9"},
    {"max_total_leverage": "0.9"},
    {"max_total_leverage": "51"},
    {"max_open_positions": 0},
    {"max_open_positions": 21},
    {"max_open_positions": "3"},
    {"max_open_positions": 3.0},
    {"max_open_positions": True},
    {"max_symbol_allocation_pct": "9"},
    {"max_symbol_allocation_pct": "101"},
    {"max_position_usdc": "1001"},
    {"stop_copy_drawdown_pct": "4.9"},
    {"stop_copy_drawdown_pct": "100.1"},
    {"drawdown_basis": "feelings"},
    {"slippage_bps": -1},
    {"slippage_bps": 501},
    {"close_slippage_bps": 501},
    {"margin_mode": "portfolio"},
    {"mode": "fast"},
    {"sync_interval_seconds": 4},
    {"throttle_window_ms": 1501},
    {"max_copy_age_seconds": 301},
    {"entries_per_minute": 1},
    {"symbols_allow": "BTC"},
    {"symbols_allow": ["B TC"]},
    {"symbols_allow": ["BTC"], "symbols_deny": ["BTC"]},
    {"symbols_deny": ["BTC"] * 101},
    {"sides": "up"},
    {"reverse": "no"},
    {"refuse_safe_poll": 1},
    {"on_stop": "panic"},
    {"max_leverage": 5},
]


@pytest.mark.parametrize("change", WRONG_LIMITS, ids=str)
def test_a_limit_out_of_its_range_is_refused_and_stores_nothing(
    api: ApiWorld, token: str, change: dict[str, Any]
) -> None:
    before = api.stored()

    answer = api.request("POST", "/v1/follows", new_follow(**change), token)

    assert answer.status == 400
    assert answer.code in {"INVALID_INPUT", "INVALID_LIMITS"}
    assert answer.body["detail"]
    assert api.stored() == before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sizing": {"kind": "ratio"}}, "sizing: percent is missing: kind 'ratio' needs it"),
        ({"sizing": {}}, "sizing: cost_per_order_usdc is missing: kind 'fixed' needs it"),
        (
            {"sizing": {"kind": "proportional", "percent": "10"}},
            "sizing: percent belongs to kind 'ratio', and to no other",
        ),
    ],
    ids=str,
)
def test_a_number_of_a_sizing_is_said_to_be_missing_or_too_much(
    api: ApiWorld, token: str, change: dict[str, Any], said: str
) -> None:
    answer = api.request("POST", "/v1/follows", new_follow(**change), token)

    assert answer.body["detail"] == said


def test_all_limits_that_are_missing_are_named_at_once(api: ApiWorld, token: str) -> None:
    none = api.request("POST", "/v1/follows", {"leader_address": LEADER}, token)
    half = {"leader_address": LEADER, "limits": {"copy_budget_usdc": "1000"}}
    one = api.request("POST", "/v1/follows", half, token)

    assert none.body["detail"] == (
        "copy_budget_usdc and sizing are required: send them in limits, or set them in the copy"
        " profile"
    )
    assert one.body["detail"] == (
        "sizing is required: send it in limits, or set it in the copy profile"
    )


RIGHT_LIMITS: list[dict[str, Any]] = [
    {"copy_budget_usdc": "10", "sizing": {"kind": "ratio", "percent": 1}},
    {"sizing": {"kind": "ratio", "percent": "100"}, "max_order_usdc": "1000"},
    {"sizing": {"kind": "proportional"}},
    {"max_total_leverage": "50", "max_open_positions": 20, "max_symbol_allocation_pct": "10"},
    {"max_position_usdc": "10", "stop_copy_drawdown_pct": 5, "drawdown_basis": "equity"},
    {"slippage_bps": 0, "close_slippage_bps": 500, "margin_mode": "isolated"},
    {"mode": "throttled", "throttle_window_ms": 500, "on_stop": "keep"},
    {"mode": "safe_poll", "sync_interval_seconds": 60, "refuse_safe_poll": True},
    {"max_copy_age_seconds": 2, "entries_per_minute": 300, "sides": "shorts", "reverse": True},
    {"symbols_allow": ["BTC", "xyz:TSLA"], "symbols_deny": ["ETH"]},
]


@pytest.mark.parametrize("change", RIGHT_LIMITS, ids=str)
def test_every_limit_is_taken_up_to_its_edges(
    api: ApiWorld, token: str, change: dict[str, Any]
) -> None:
    limits = shown(api, token, created(api, token, **change))["limits"]

    for name, value in change.items():
        wanted = str(value) if name == "stop_copy_drawdown_pct" else value
        if name != "sizing":
            assert limits[name] == wanted
    assert limits["sizing"]["kind"] == change.get("sizing", FIXED)["kind"]


def test_limits_change_one_by_one_and_go_back_with_null(api: ApiWorld, token: str) -> None:
    one = f"/v1/follows/{created(api, token, slippage_bps=20)}"

    changed = api.request("PATCH", one, {"limits": {"max_open_positions": 7}}, token).body
    back = api.request("PATCH", one, {"limits": {"slippage_bps": None}}, token).body

    assert (changed["limits"]["slippage_bps"], changed["limits"]["max_open_positions"]) == (20, 7)
    assert (back["limits"]["slippage_bps"], back["limits"]["max_open_positions"]) == (50, 7)


def test_a_change_that_does_not_fit_the_rest_changes_nothing(api: ApiWorld, token: str) -> None:
    one = f"/v1/follows/{created(api, token)}"
    before = api.stored()

    answer = api.request("PATCH", one, {"limits": {"copy_budget_usdc": "50"}}, token)

    assert (answer.status, answer.code) == (400, "INVALID_LIMITS")
    assert api.stored() == before
