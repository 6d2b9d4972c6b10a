"""Symbols in limits are names of live markets: when chosen, when changed, and at a start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.api import ApiWorld, with_copying
from tests.fakes.builders import LEADER, market
from tests.fakes.requests import created, new_follow
from tests.fakes.world import World
from understudy.adapters.memory.market_store import InMemoryMarketStore
from understudy.domain.markets import HYPERLIQUID
from understudy.runtime.api_services import assemble

if TYPE_CHECKING:
    from understudy.domain.markets import Market

MISSPELT = [
    ({"symbols_deny": ["btc"]}, "'BTC'"),
    ({"symbols_allow": ["BTC", "Eth"]}, "'ETH'"),
    ({"symbols_allow": ["TSLA"]}, "'xyz:TSLA'"),
    ({"symbols_deny": ["XYZ:tsla"]}, "'xyz:TSLA'"),
    ({"symbols_deny": ["BTCC"]}, "'BTC'"),
    ({"symbols_deny": ["QQQQQQ"]}, "leave it out"),
]


def with_markets(api: ApiWorld, *markets: Market) -> None:
    """Let the venue list these markets from now on."""
    listed = InMemoryMarketStore()
    listed.put_markets(HYPERLIQUID, markets)
    ports = with_copying(api.ports(), markets=listed)
    api.services = assemble(ports, api.referral_code, api.dependencies)


@pytest.mark.parametrize(("change", "spelling"), MISSPELT, ids=str)
def test_a_follow_names_markets_as_they_are_spelt(
    api: ApiWorld, token: str, change: dict[str, Any], spelling: str
) -> None:
    before = api.stored()

    answer = api.request("POST", "/v1/follows", new_follow(**change), token)

    assert (answer.status, answer.code) == (400, "INVALID_LIMITS")
    assert spelling in answer.body["detail"]
    assert answer.body["detail"].startswith(f"{next(iter(change))}: ")
    assert api.stored() == before


def test_the_older_nesting_is_checked_too(api: ApiWorld, token: str) -> None:
    body = {
        "leader_address": LEADER,
        "copy_budget_usdc": "1000",
        "cost_per_order_usdc": "100",
        "risk": {"symbols_allow": ["eth"]},
    }

    answer = api.request("POST", "/v1/copy/follows", body, token)

    assert (answer.status, answer.code) == (400, "INVALID_LIMITS")


def test_a_change_cannot_bring_an_unknown_symbol_in(api: ApiWorld, token: str) -> None:
    one = f"/v1/follows/{created(api, token, symbols_allow=['BTC'])}"
    before = api.stored()

    answer = api.request("PATCH", one, {"limits": {"symbols_allow": ["BTC", "eth"]}}, token)

    assert (answer.status, answer.code) == (400, "INVALID_LIMITS")
    assert "'ETH'" in answer.body["detail"]
    assert api.stored() == before


def test_a_profile_cannot_bring_an_unknown_symbol_into_a_follow(api: ApiWorld, token: str) -> None:
    created(api, token)
    before = api.stored()

    answer = api.request("PUT", "/v1/copy/profile", {"limits": {"symbols_deny": ["btc"]}}, token)

    assert (answer.status, answer.code) == (400, "INVALID_LIMITS")
    assert api.stored() == before


def test_a_symbol_that_is_gone_bars_a_start_but_no_other_change(api: ApiWorld, token: str) -> None:
    api.delegate(token)
    one = f"/v1/follows/{created(api, token, symbols_deny=['xyz:TSLA'])}"
    with_markets(api, market("BTC"))

    changed = api.request("PATCH", one, {"limits": {"slippage_bps": 20}}, token)
    refused = api.request("POST", f"{one}/start", None, token)

    assert changed.status == 200
    assert (refused.status, refused.code) == (400, "INVALID_LIMITS")
    assert api.request("PATCH", one, {"limits": {"symbols_deny": []}}, token).status == 200
    assert api.request("POST", f"{one}/start", None, token).status == 200


def test_a_symbol_that_is_gone_keeps_no_profile_from_being_replaced(
    api: ApiWorld, token: str
) -> None:
    denied = {"symbols_deny": ["xyz:TSLA"]}
    assert api.request("PUT", "/v1/copy/profile", {"limits": denied}, token).status == 200
    with_markets(api, market("BTC"))

    changed = {"limits": {**denied, "slippage_bps": 10}}
    assert api.request("PUT", "/v1/copy/profile", changed, token).status == 200

    more = {"limits": {"symbols_deny": ["xyz:TSLA", "ETH"]}}
    assert api.request("PUT", "/v1/copy/profile", more, token).code == "INVALID_LIMITS"


def test_without_any_known_market_it_is_said_that_this_passes() -> None:
    api = ApiWorld(World(()))
    token = api.token()

    refused = api.request("POST", "/v1/follows", new_follow(symbols_deny=["BTC"]), token)

    assert (refused.status, refused.code) == (503, "DEPENDENCY_UNAVAILABLE")
    assert created(api, token)
