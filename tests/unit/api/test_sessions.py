"""A user sees where they are signed in and ends it there; nobody ends somebody else's session."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NoReturn

import pytest

from functions.api.every_route import ROUTES
from functions.api.routing import Access
from tests.fakes.identity import BOB
from understudy.domain.errors import DependencyError

if TYPE_CHECKING:
    from functions.api.routing import Route
    from tests.fakes.api import ApiWorld


def ids(api: ApiWorld, token: str) -> list[str]:
    shown = api.request("GET", "/v1/sessions", None, token).body["items"]
    return [each["session_id"] for each in shown]


def test_a_user_ends_the_session_on_a_lost_phone(api: ApiWorld, token: str) -> None:
    lost = api.token()
    (current,) = [
        each["session_id"]
        for each in api.request("GET", "/v1/sessions", None, lost).body["items"]
        if each["is_current"]
    ]

    answer = api.request("DELETE", f"/v1/sessions/{current}", None, token)

    assert answer.body == {"ended": True}
    assert api.request("GET", "/v1/me", None, lost).code == "SESSION_ENDED"
    assert api.request("GET", "/v1/me", None, token).status == 200
    assert len(ids(api, token)) == 1


def test_a_user_signs_out_everywhere(api: ApiWorld, token: str) -> None:
    other = api.token()

    assert api.request("DELETE", "/v1/sessions", None, token).status == 200

    for each in (token, other):
        assert api.request("GET", "/v1/sessions", None, each).code == "SESSION_ENDED"
    api.world.clock.advance(1)
    assert len(ids(api, api.token())) == 1


@pytest.mark.parametrize(
    "route", [each for each in ROUTES if each.access is not Access.OPEN], ids=lambda each: each.key
)
def test_no_route_lets_an_ended_session_in(api: ApiWorld, token: str, route: Route) -> None:
    bearer = api.operator_token() if route.access is Access.OPERATOR else token
    for store in (api.identity, api.operators):
        store.end_all_sessions(api.world.clock.now_ms())

    answer = api.request(route.method, re.sub(r"\{\w+\}", "x", route.path), None, bearer)

    assert (answer.status, answer.code) == (401, "SESSION_ENDED")


def test_when_nobody_can_say_how_a_session_stands_nobody_is_let_in(
    api: ApiWorld, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: str) -> NoReturn:
        raise DependencyError("no answer")

    monkeypatch.setattr(type(api.identity), "standing", away)

    for method, path in (("GET", "/v1/me"), ("POST", "/v1/copy/disable")):
        assert api.request(method, path, None, token).status == 503


def test_a_session_of_somebody_else_is_not_there(api: ApiWorld, token: str) -> None:
    (of_bob,) = ids(api, api.token(BOB))

    answer = api.request("DELETE", f"/v1/sessions/{of_bob}", None, token)

    assert (answer.status, answer.code) == (404, "SESSION_NOT_FOUND")


def test_no_keyed_hash_is_shown(api: ApiWorld, token: str) -> None:
    shown = api.request("GET", "/v1/sessions", None, token)

    assert "hash" not in str(shown.body)
