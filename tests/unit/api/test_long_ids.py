"""An id that is longer than a table's key may be is nobody's, as any other that was never given."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from custody.agents import agent_id_for
from functions.api.every_route import ROUTES
from functions.api.fields import LONGEST_ID
from functions.api.routing import Access, Route
from tests.fakes.api import Answer, ApiWorld
from tests.fakes.identity import ALICE
from tests.fakes.requests import limits
from understudy.adapters.ids import RandomIds
from understudy.domain.errors import DependencyError
from understudy.domain.ids import FollowId, copy_id, trade_id
from understudy.runtime.api_services import assemble

MOST_BYTES_OF_A_SORT_KEY = 1024
PARAMETER = re.compile(r"\{(\w+)\}")
WITH_ID = [each for each in ROUTES if PARAMETER.search(each.path)]
BODIES: Mapping[str, Any] = {
    "ChangeBounds": {
        "max_order_notional_usdc": "100",
        "max_daily_notional_usdc": "500",
        "max_leverage": 1,
        "price_band_bps": 10,
    },
    "FollowChange": {"limits": limits()},
    "Why": {"reason": "why"},
}


class Keyed:
    """A store that fails as a table does when it is asked by a name that is too long for a key."""

    def __init__(self, store: Any) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._store, name)
        if not callable(found):
            return found

        def asked(*names: Any, **more: Any) -> Any:
            for each in (*names, *more.values()):
                if isinstance(each, str) and len(each.encode()) > MOST_BYTES_OF_A_SORT_KEY - 64:
                    raise DependencyError("the cloud did not take a call")
            return found(*names, **more)

        return asked


def on_tables() -> ApiWorld:
    """Give an API whose stores take no longer names than tables do."""
    api = ApiWorld()
    copying = api.ports().copying()
    stored: dict[str, Any] = {
        name: Keyed(getattr(copying, name)) for name in ("records", "copies", "directory")
    }
    keyed = copying._replace(**stored)
    users, operators = Keyed(api.identity), Keyed(api.operators)
    ports = replace(
        api.ports(),
        identity=users,
        sessions=users,
        registry=users,
        profiles=users,
        wallets=Keyed(api.ports().wallets),
        accounts=Keyed(api.ports().accounts),
        copying=lambda: keyed,
    )
    own = replace(ports.callers, identity=users, sessions=users)
    of_operators = replace(api._operating(), identity=operators, sessions=operators)
    api.services = assemble(replace(ports, callers=own), "", api.dependencies)
    api.operating = assemble(replace(ports, callers=of_operators), "", api.dependencies)
    return api


def ask(api: ApiWorld, route: Route, token: str, name: str) -> Answer:
    body = BODIES[route.body.__name__] if route.body else None
    return api.request(route.method, PARAMETER.sub(name, route.path), body, token)


@pytest.mark.parametrize("route", WITH_ID, ids=lambda each: each.key)
def test_an_id_that_is_too_long_is_answered_as_one_of_nobody(route: Route) -> None:
    api = on_tables()
    is_operator = route.access is Access.OPERATOR
    token = api.operator_token() if is_operator else api.token()

    unknown = ask(api, route, token, "f" * 32)
    long = [ask(api, route, token, each) for each in ("f" * 1100, "f" * 2100, "é" * 1100)]

    assert unknown.status < 500
    assert [(each.status, each.body) for each in long] == [(unknown.status, unknown.body)] * 3


@pytest.mark.parametrize("more", [0, 1, 2, 2100])
def test_an_id_is_asked_for_as_it_is_or_stays_too_long_to_be_ours(more: int) -> None:
    api, name = ApiWorld(), "f" * (LONGEST_ID + more)
    shown = Route("GET", "/v1/{name}", "Show it", lambda call: dict(call.path), Access.OPEN)
    api.serve([shown])

    asked = api.request("GET", f"/v1/{name}").body["name"]

    assert asked == name if not more else LONGEST_ID < len(asked) <= len(name)


def test_no_id_of_ours_is_too_long() -> None:
    unique = RandomIds().new_id()
    trade = trade_id("hyperliquid", ALICE.address, "BTC", "buy", 1, 0)

    ours = (unique, copy_id(FollowId(unique), trade), ALICE.address, agent_id_for(unique, "0" * 16))

    assert max(map(len, ours)) <= LONGEST_ID


def test_an_id_that_begins_as_one_of_ours_is_nobodys() -> None:
    api = on_tables()
    token = api.token()
    session = api.request("GET", "/v1/sessions", None, token).body["items"][0]["session_id"]
    assert len(session) < LONGEST_ID

    for more in (1, LONGEST_ID, 1100):
        answer = api.request("DELETE", f"/v1/sessions/{session}{'0' * more}", None, token)
        assert (answer.status, answer.code) == (404, "SESSION_NOT_FOUND")
    assert api.request("GET", "/v1/me", None, token).status == 200
