"""The profile reaches every follow that has no value of its own; the main switch stops all."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.requests import created, started
from understudy.domain.follows import Ledger
from understudy.domain.ids import FollowId
from understudy.messages import Converge
from understudy.ports.copying import Changes
from understudy.workflows.copying.converging import STARTED

if TYPE_CHECKING:
    from tests.fakes.api import ApiWorld


def put(api: ApiWorld, token: str, **limits: Any) -> Any:
    return api.request("PUT", "/v1/copy/profile", {"limits": limits}, token)


def limits_of(api: ApiWorld, token: str, follow_id: str) -> dict[str, Any]:
    return api.request("GET", f"/v1/follows/{follow_id}", None, token).body["limits"]


def test_a_profile_reaches_follows_without_a_value_of_their_own(api: ApiWorld, token: str) -> None:
    plain, own = created(api, token), created(api, token, leader="0x" + "7" * 40, slippage_bps=20)

    assert put(api, token, slippage_bps=10).body["limits"] == {"slippage_bps": 10}

    assert limits_of(api, token, plain)["slippage_bps"] == 10
    assert limits_of(api, token, own)["slippage_bps"] == 20


def test_a_profile_is_where_new_follows_begin(api: ApiWorld, token: str) -> None:
    sizing = {"kind": "ratio", "percent": "10"}
    put(api, token, copy_budget_usdc="500", sizing=sizing, max_open_positions=1)

    body = {"leader_address": "0x" + "7" * 40}
    limits = api.request("POST", "/v1/follows", body, token).body["limits"]

    assert (limits["copy_budget_usdc"], limits["sizing"]) == ("500", sizing)


def test_a_profile_is_replaced_as_a_whole(api: ApiWorld, token: str) -> None:
    follow_id = created(api, token)
    put(api, token, slippage_bps=10)

    put(api, token, max_open_positions=5)

    limits = limits_of(api, token, follow_id)
    assert (limits["slippage_bps"], limits["max_open_positions"]) == (50, 5)


def test_a_profile_that_a_follow_cannot_live_with_changes_nothing(
    api: ApiWorld, token: str
) -> None:
    created(api, token, symbols_allow=["BTC"])
    before = api.stored()

    answer = put(api, token, symbols_deny=["BTC"])

    assert (answer.status, answer.code) == (400, "INVALID_LIMITS")
    assert api.stored() == before


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"sizing": {}}, "sizing: cost_per_order_usdc is missing: kind 'fixed' needs it"),
        ({"sizing": {"kind": "ratio"}}, "sizing: percent is missing: kind 'ratio' needs it"),
        (
            {"sizing": {"kind": "proportional", "percent": "10"}},
            "sizing: percent belongs to kind 'ratio', and to no other",
        ),
        (
            {"symbols_deny": ["btc"]},
            "symbols_deny: there is no market 'btc': did you mean 'BTC'?",
        ),
    ],
    ids=str,
)
def test_a_profile_that_no_follow_could_use_is_refused_before_there_is_any(
    api: ApiWorld, token: str, limits: dict[str, Any], said: str
) -> None:
    before = api.stored()

    answer = put(api, token, **limits)

    assert (answer.status, answer.code) == (400, "INVALID_LIMITS")
    assert answer.body["detail"] == said
    assert api.stored() == before


@pytest.mark.parametrize(
    "limits",
    [
        {},
        {"sizing": {"cost_per_order_usdc": "1000000000"}},
        {"max_order_usdc": "1000000000", "max_position_usdc": "1000000000"},
        {"copy_budget_usdc": "10", "slippage_bps": 0},
        {"symbols_allow": ["BTC"], "symbols_deny": ["ETH"]},
        {"copy_budget_usdc": "50", "sizing": {"cost_per_order_usdc": "100"}},
        {"copy_budget_usdc": "50", "max_order_usdc": "100", "max_position_usdc": "51"},
        {"symbols_allow": ["BTC", "ETH"], "symbols_deny": ["BTC"]},
    ],
    ids=str,
)
def test_a_profile_may_say_what_a_follows_own_values_make_fit(
    api: ApiWorld, token: str, limits: dict[str, Any]
) -> None:
    assert put(api, token, **limits).body["limits"] == limits


def test_a_profile_with_a_limit_that_nobody_knows_any_more_can_be_replaced(
    api: ApiWorld, token: str
) -> None:
    put(api, token, slippage_bps=20)
    (user_id,) = api.identity.profiles
    stored = api.identity.copy_profile(user_id)
    api.identity.put_copy_profile(replace(stored, limits={"max_moon_phase": 3}))

    assert put(api, token, slippage_bps=10).body["limits"] == {"slippage_bps": 10}


def test_the_switch_stops_and_resumes_what_it_stopped(api: ApiWorld, token: str) -> None:
    api.delegate(token)
    active, paused = started(api, token), started(api, token, leader="0x" + "7" * 40)
    api.request("POST", f"/v1/follows/{paused}/pause", None, token)

    off = api.request("POST", "/v1/copy/disable", None, token).body

    assert off["enabled"] is False
    shown = api.request("GET", f"/v1/follows/{active}", None, token).body
    assert (shown["status"], shown["pause_reason"]) == ("PAUSED", "copy_disabled")
    refused = api.request("POST", f"/v1/follows/{active}/start", None, token)
    assert (refused.status, refused.code) == (409, "COPY_DISABLED")

    api.world.clock.advance(2_000)
    assert api.request("POST", "/v1/copy/enable", None, token).body["enabled"] is True

    states = {
        each["follow_id"]: each["status"]
        for each in api.request("GET", "/v1/follows", None, token).body["items"]
    }
    assert states == {active: "ACTIVE", paused: "PAUSED"}


def test_copying_that_goes_on_tries_open_exits_at_once(api: ApiWorld, token: str) -> None:
    api.delegate(token)
    active, paused = started(api, token), started(api, token, leader="0x" + "7" * 40)
    for name in (active, paused):
        held = Ledger(FollowId(name), "BTC", held=Decimal(1))
        api.world.copying.store.commit(Changes(ledger=held))
    api.request("POST", f"/v1/follows/{paused}/pause", None, token)
    api.request("POST", "/v1/copy/disable", None, token)
    api.world.queues.lanes.take(100)
    api.world.clock.advance(2_000)

    api.request("POST", "/v1/copy/enable", None, token)

    told = [each for each in api.world.queues.lanes.take() if isinstance(each, Converge)]
    assert [(each.follow_id, each.symbol, each.cause) for each in told] == [
        (active, "BTC", STARTED)
    ]
