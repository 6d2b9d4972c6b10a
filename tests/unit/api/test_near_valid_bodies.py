"""A body with one thing wrong in it is refused behind the door too, and changes nothing there."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from functions.api.every_route import ROUTES
from functions.api.follow_routes import Risk
from functions.api.limits import LimitChoices
from functions.api.problem_words import OTHERWISE
from functions.api.routing import Access, Route
from tests.fakes.api import OPERATORS_DOOR, Answer, ApiWorld
from tests.fakes.identity import ALICE, BOB, OPERATOR
from tests.fakes.providers import (
    dynamic_token,
    dynamic_wallet,
    privy_tokens,
    privy_wallet,
    verifiers,
)
from tests.fakes.requests import created, started
from tests.unit.api.near_valid import spoiled
from understudy.workflows.requests.terms import CurrentTerms

BODIES_PER_ROUTE = 500
TERMS = CurrentTerms("2027-01")
VERIFIERS = verifiers()
AT_THE_DOOR = {"INVALID_INPUT", "MALFORMED_JSON", "BODY_TOO_LARGE"}
ALL_LIMITS: dict[str, Any] = {
    "copy_budget_usdc": "1000",
    "sizing": {"kind": "fixed", "cost_per_order_usdc": "100", "percent": None},
    "max_order_usdc": "500",
    "max_total_leverage": "5",
    "max_open_positions": 3,
    "max_symbol_allocation_pct": "50",
    "max_position_usdc": "600",
    "stop_copy_drawdown_pct": "30",
    "drawdown_basis": "realized",
    "slippage_bps": 50,
    "close_slippage_bps": 100,
    "margin_mode": "cross",
    "mode": "throttled",
    "sync_interval_seconds": 10,
    "throttle_window_ms": 1000,
    "max_copy_age_seconds": 10,
    "entries_per_minute": 10,
    "symbols_allow": ["BTC", "xyz:TSLA"],
    "symbols_deny": ["ETH"],
    "sides": "both",
    "reverse": False,
    "refuse_safe_poll": False,
    "on_stop": "copy_closes",
}
Good = Callable[[ApiWorld, str], dict[str, Any]]


def sign_in(api: ApiWorld, _: str) -> dict[str, Any]:
    return {**api.proof(), "connector": "WALLETCONNECT"}


def sign_in_operator(api: ApiWorld, _: str) -> dict[str, Any]:
    return {**api.proof(OPERATOR, OPERATORS_DOOR), "connector": "WALLETCONNECT"}


def link(api: ApiWorld, token: str) -> dict[str, Any]:
    query = {"address": BOB.address}
    nonce = api.request("GET", "/v1/wallets/nonce", None, token, query).body["nonce"]
    return {**api.signed(BOB, nonce), "connector": "WALLETCONNECT"}


def accept(_: ApiWorld, __: str) -> dict[str, Any]:
    return {"version": TERMS.version}


def deletion(_: ApiWorld, __: str) -> dict[str, Any]:
    return {"address": ALICE.address, "positions": "close_now"}


def privy(_: ApiWorld, __: str) -> dict[str, Any]:
    tokens = privy_tokens(privy_wallet("0x" + "7" * 40))
    return {"access_token": tokens.access, "identity_token": tokens.identity}


def dynamic(_: ApiWorld, __: str) -> dict[str, Any]:
    return {"token": dynamic_token(dynamic_wallet("0x" + "7" * 40))}


def refresh(api: ApiWorld, _: str) -> dict[str, Any]:
    return {"refresh_token": api.sign_in()["refresh_token"]}


def refresh_operator(api: ApiWorld, _: str) -> dict[str, Any]:
    return {"refresh_token": api.sign_in(OPERATOR, OPERATORS_DOOR)["refresh_token"]}


def enable(api: ApiWorld, token: str) -> dict[str, Any]:
    (wallet,) = api.request("GET", "/v1/wallets", None, token).body["items"]
    wish = {"scope": "TRADE_ONLY", "agent_name": "main", "venue": "hyperliquid"}
    return {**wish, "wallet_id": wallet["wallet_id"]}


def confirm(api: ApiWorld, token: str) -> dict[str, Any]:
    wish = {"scope": "TRADE_ONLY", "agent_name": "main"}
    made = api.request("POST", "/v1/agents/enable", wish, token).body
    signatures = [ALICE.sign_action(each["action"]) for each in made["to_sign"]]
    return {"agent_id": made["agent"]["agent_id"], "signatures": signatures}


def follow(api: ApiWorld, token: str) -> dict[str, Any]:
    wallet_id = enable(api, token)["wallet_id"]
    whom = {"venue": "hyperliquid", "wallet_id": wallet_id, "leader_address": "0x" + "8" * 40}
    return {**whom, "limits": ALL_LIMITS}


def older_follow(_: ApiWorld, __: str) -> dict[str, Any]:
    risk = {name: each for name, each in ALL_LIMITS.items() if name in Risk.model_fields}
    budget = {"copy_budget_usdc": "1000", "cost_per_order_usdc": "100"}
    return {"leader_address": "0x" + "8" * 40, **budget, "risk": risk}


def limits(_: ApiWorld, __: str) -> dict[str, Any]:
    return {"limits": ALL_LIMITS}


def switch(_: ApiWorld, __: str) -> dict[str, Any]:
    leader = {"switch": "blacklisted", "subject": "0x" + "8" * 40}
    return {**leader, "on": True, "reason": "a ticket"}


def why(_: ApiWorld, __: str) -> dict[str, Any]:
    return {"reason": "a ticket"}


def bounds(_: ApiWorld, __: str) -> dict[str, Any]:
    amounts = {"max_order_notional_usdc": "500", "max_daily_notional_usdc": "1000"}
    symbols = {"symbols_allow": ["BTC"], "symbols_deny": ["ETH"]}
    signed = {"valid_until_ms": 1, "signature": "agreed"}
    return {**amounts, "max_leverage": 5, "price_band_bps": 100, **symbols, **signed}


GOOD: dict[str, Good] = {
    "POST /v1/auth/siwe/verify": sign_in,
    "POST /v1/auth/privy": privy,
    "POST /v1/auth/dynamic/verify": dynamic,
    "POST /v1/auth/refresh": refresh,
    "POST /v1/auth/logout": refresh,
    "POST /v1/wallets": link,
    "POST /v1/terms/accept": accept,
    "POST /v1/me/deletion": deletion,
    "POST /v1/agents/enable": enable,
    "POST /v1/agents/confirm": confirm,
    "PUT /v1/agents/{agent_id}/bounds": bounds,
    "POST /v1/follows": follow,
    "POST /v1/copy/follows": older_follow,
    "PATCH /v1/follows/{follow_id}": limits,
    "PUT /v1/copy/profile": limits,
    "POST /v1/ops/auth/siwe/verify": sign_in_operator,
    "POST /v1/ops/auth/refresh": refresh_operator,
    "POST /v1/ops/auth/logout": refresh_operator,
    "POST /v1/ops/switches": switch,
    "POST /v1/ops/follows/{follow_id}/pause": why,
    "POST /v1/ops/follows/{follow_id}/release": why,
    "POST /v1/ops/users/{user_id}/agents/{agent_id}/revoke": why,
    "POST /v1/ops/users/{user_id}/agents/{agent_id}/rotate": why,
    "POST /v1/ops/sessions/{session_id}/end": why,
    "POST /v1/ops/users/{user_id}/sessions/end": why,
    "POST /v1/ops/operators/{address}/sessions/end": why,
    "POST /v1/ops/everybody/sessions/end": why,
}
WITH_BODY = [route for route in ROUTES if route.body is not None]


def test_every_route_with_a_body_and_every_limit_is_tried() -> None:
    assert {route.key for route in WITH_BODY} == set(GOOD)
    assert set(ALL_LIMITS) == set(LimitChoices.model_fields)


def held(api: ApiWorld, token: str) -> str:
    api.delegate(token)
    follow_id = started(api, token)
    path = f"/v1/ops/follows/{follow_id}/pause"
    api.request("POST", path, {"reason": "a ticket"}, api.operator_token())
    return follow_id


def session(api: ApiWorld, token: str) -> str:
    shown = api.request("GET", "/v1/sessions", None, token).body["items"]
    return str(shown[0]["session_id"])


IN_PATH: dict[str, Callable[[ApiWorld, str], str]] = {
    "/ops/follows/{follow_id}": lambda api, token: f"/ops/follows/{held(api, token)}",
    "{follow_id}": created,
    "{address}": lambda _, __: OPERATOR.address,
    "{session_id}": session,
    "{agent_id}": lambda api, token: api.delegate(token),
    "{user_id}": lambda api, token: api.request("GET", "/v1/me", None, token).body["user"][
        "user_id"
    ],
}


class Tried:
    """A route of a fresh world; ids are counted, so a world made anew is the same again."""

    def __init__(self, route: Route) -> None:
        self.route = route
        self.renew()

    def renew(self) -> None:
        self.api = ApiWorld(providers=VERIFIERS, current_terms=TERMS)
        self.token = self.api.token()
        accepted = {"version": TERMS.version}
        self.api.request("POST", "/v1/terms/accept", accepted, self.token)
        self.path = self.route.path
        for name, make in IN_PATH.items():
            if name in self.path:
                self.path = self.path.replace(name, make(self.api, self.token))
        self.good = GOOD[self.route.key](self.api, self.token)
        if self.route.access is Access.OPERATOR:
            self.token = self.api.operator_token()
        self.done = self.api.done()

    def send(self, body: dict[str, Any]) -> Answer:
        return self.api.request(self.route.method, self.path, json.dumps(body), self.token)


@pytest.mark.parametrize("route", WITH_BODY, ids=lambda route: route.key)
def test_the_body_that_is_spoiled_was_good(route: Route) -> None:
    tried = Tried(route)

    answer = tried.send(tried.good)

    assert answer.status == route.status, answer.body


@pytest.mark.parametrize("route", WITH_BODY, ids=lambda route: route.key)
def test_one_spoiled_value_never_breaks_a_route_or_changes_anything(route: Route) -> None:
    assert route.body is not None
    tried, seen = Tried(route), Counter[str]()

    for body in spoiled(route.body, tried.good, BODIES_PER_ROUTE):
        answer = tried.send(body)
        if answer.status == route.status:
            seen["GOOD"] += 1
            tried.renew()
            continue
        seen[answer.code] += 1
        assert 400 <= answer.status < 500, (body, answer.body)
        assert OTHERWISE not in answer.body["detail"], (body, answer.body)
        assert tried.api.done() == tried.done, body

    assert seen.total() == BODIES_PER_ROUTE
    assert seen["INVALID_INPUT"] > 0
    assert set(seen) - AT_THE_DOOR, "no body ever came behind the door"
