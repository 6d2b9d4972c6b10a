"""Two users of one API, and how each route is asked for what its caller owns.

`ASKED` is the table to extend for a new route: by its key, what makes its request a good one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cli.wallet_key import WalletKey
from tests.fakes.api import ApiWorld
from tests.fakes.requests import created, limits, new_follow, started
from tests.unit.api.test_wallets import linked, proof
from understudy.workflows.requests.terms import CurrentTerms

CAROL = WalletKey(b"\x03" * 32)
OTHER_LEADER = "0x" + "7" * 40
TERMS = CurrentTerms("2027-01", "https://understudy.test/terms")
LIMITS = {"limits": limits()}


@dataclass(frozen=True, slots=True)
class Tenant:
    """One who follows and has copied; `ids` are of what is theirs, by the names of routes."""

    key: WalletKey
    token: str
    ids: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a good request holds beside its method; `ids` fill its path."""

    ids: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    query: Mapping[str, str] = field(default_factory=dict)


Ask = Callable[[ApiWorld, Tenant], Asked]


def tenants(api: ApiWorld, *keys: WalletKey) -> list[Tenant]:
    """Let so many users accept the terms and follow one leader, who then trades."""
    for key in keys:
        token = api.token(key)
        api.request("POST", "/v1/terms/accept", {"version": api.current_terms.version}, token)
        api.delegate(token, key)
        started(api, token)
    api.world.pump()
    api.world.clock.advance(1000)
    api.world.copy("BTC", "2")
    return [_tenant(api, key) for key in keys]


def _tenant(api: ApiWorld, key: WalletKey) -> Tenant:
    token = api.token(key)  # the copies took minutes

    def first(path: str, name: str) -> str:
        items = api.request("GET", path, None, token).body["items"]
        return str(next(each[name] for each in items if not each.get("is_current")))

    ids = {
        "user_id": str(api.request("GET", "/v1/me", None, token).body["user"]["user_id"]),
        "session_id": first("/v1/sessions", "session_id"),
        "wallet_id": first("/v1/wallets", "wallet_id"),
        "agent_id": first("/v1/agents", "agent_id"),
        "follow_id": first("/v1/follows", "follow_id"),
        "copy_id": first("/v1/copies", "copy_id"),
    }
    return Tenant(key, token, ids)


def nothing(_: ApiWorld, __: Tenant) -> Asked:
    """Ask without a word: the route is about the caller."""
    return Asked()


def what_is_there(_: ApiWorld, caller: Tenant) -> Asked:
    """Ask for what every tenant has."""
    return Asked(caller.ids)


def another_address(_: ApiWorld, __: Tenant) -> Asked:
    return Asked(query={"address": CAROL.address})


def signed_wallet(api: ApiWorld, caller: Tenant) -> Asked:
    query = another_address(api, caller).query
    nonce = api.request("GET", "/v1/wallets/nonce", None, caller.token, dict(query)).body["nonce"]
    return Asked(body=proof(api, CAROL, nonce))


def another_wallet(api: ApiWorld, caller: Tenant) -> Asked:
    return Asked({"wallet_id": linked(api, caller.token, CAROL)})


def the_terms(api: ApiWorld, _: Tenant) -> Asked:
    return Asked(body={"version": api.current_terms.version})


def own_address(_: ApiWorld, caller: Tenant) -> Asked:
    return Asked(body={"address": caller.key.address})


def new_limits(_: ApiWorld, caller: Tenant) -> Asked:
    return Asked(caller.ids, LIMITS)


def own_receipts(_: ApiWorld, caller: Tenant) -> Asked:
    return Asked(query={"follow_id": caller.ids["follow_id"]})


def another_agent(_: ApiWorld, caller: Tenant) -> Asked:
    wish = {"scope": "TRADE_ONLY", "agent_name": "second", "wallet_id": caller.ids["wallet_id"]}
    return Asked(body=wish)


def signed_agent(api: ApiWorld, caller: Tenant) -> Asked:
    wish = another_agent(api, caller).body
    made = api.request("POST", "/v1/agents/enable", wish, caller.token).body
    signatures = [caller.key.sign_action(each["action"]) for each in made["to_sign"]]
    return Asked(body={"agent_id": made["agent"]["agent_id"], "signatures": signatures})


def another_follow(_: ApiWorld, caller: Tenant) -> Asked:
    return Asked(body={**new_follow(OTHER_LEADER), "wallet_id": caller.ids["wallet_id"]})


def older_follow(_: ApiWorld, __: Tenant) -> Asked:
    budget = {"copy_budget_usdc": "1000", "cost_per_order_usdc": "100"}
    return Asked(body={"leader_address": OTHER_LEADER, **budget})


def inactive_follow(api: ApiWorld, caller: Tenant) -> Asked:
    return Asked({"follow_id": created(api, caller.token, leader=OTHER_LEADER)})


def narrower_bounds(_: ApiWorld, caller: Tenant) -> Asked:
    notional = {"max_order_notional_usdc": "100", "max_daily_notional_usdc": "500"}
    return Asked(caller.ids, {**notional, "max_leverage": 1, "price_band_bps": 10})


ASKED: dict[str, Ask] = {
    "GET /v1/sessions": nothing,
    "DELETE /v1/sessions/{session_id}": what_is_there,
    "DELETE /v1/sessions": nothing,
    "GET /v1/me": nothing,
    "GET /v1/wallets": nothing,
    "GET /v1/wallets/nonce": another_address,
    "POST /v1/wallets": signed_wallet,
    "POST /v1/wallets/{wallet_id}/activate": another_wallet,
    "DELETE /v1/wallets/{wallet_id}": another_wallet,
    "POST /v1/terms/accept": the_terms,
    "GET /v1/me/export": nothing,
    "POST /v1/me/deletion": own_address,
    "POST /v1/agents/enable": another_agent,
    "POST /v1/agents/confirm": signed_agent,
    "GET /v1/agents": nothing,
    "GET /v1/agents/{agent_id}": what_is_there,
    "POST /v1/agents/{agent_id}/rotate": what_is_there,
    "GET /v1/agents/{agent_id}/bounds": what_is_there,
    "PUT /v1/agents/{agent_id}/bounds": narrower_bounds,
    "DELETE /v1/agents/{agent_id}": what_is_there,
    "POST /v1/follows": another_follow,
    "POST /v1/copy/follows": older_follow,
    "GET /v1/follows": nothing,
    "GET /v1/follows/{follow_id}": what_is_there,
    "PATCH /v1/follows/{follow_id}": new_limits,
    "DELETE /v1/follows/{follow_id}": what_is_there,
    "POST /v1/follows/{follow_id}/start": inactive_follow,
    "POST /v1/follows/{follow_id}/pause": what_is_there,
    "GET /v1/follows/{follow_id}/portfolio": what_is_there,
    "GET /v1/copy/profile": nothing,
    "PUT /v1/copy/profile": new_limits,
    "POST /v1/copy/enable": nothing,
    "POST /v1/copy/disable": nothing,
    "GET /v1/copies": own_receipts,
    "GET /v1/copies/{copy_id}": what_is_there,
    "GET /v1/copy/logs": nothing,
}
# What says nothing by which one could tell whose it is.
SAYS_NOT_WHOSE = {
    "DELETE /v1/sessions/{session_id}",
    "DELETE /v1/sessions",
    "GET /v1/wallets/nonce",
    "GET /v1/agents/{agent_id}/bounds",
    "PUT /v1/agents/{agent_id}/bounds",
    "GET /v1/copy/profile",
    "PUT /v1/copy/profile",
    "POST /v1/copy/enable",
    "POST /v1/copy/disable",
}
# What is another one each time that it is asked for.
NEVER_THE_SAME = {"GET /v1/wallets/nonce"}
