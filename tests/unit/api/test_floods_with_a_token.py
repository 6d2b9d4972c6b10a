"""Who bears somebody's token and calls without end: what that keeps its user from, and what not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from functions.api.every_route import ROUTES
from functions.api.routing import Access
from tests.fakes.api import OPERATORS_DOOR, ApiWorld
from tests.fakes.identity import ALICE, OPERATOR
from understudy.domain.door_limits import DoorLimits

if TYPE_CHECKING:
    from cli.wallet_key import WalletKey

OWN_PLACE = "203.0.113.5"
SECOND_MS = 1_000
ON = {"switch": "kill_global", "on": True, "reason": "stolen"}
WHY = {"reason": "stolen"}


@pytest.fixture
def api() -> ApiWorld:
    return ApiWorld(door_limits=DoorLimits())


def call(api: ApiWorld, method: str, path: str, token: str, body: object = None) -> int:
    return api.request(method, path, body, token, address=OWN_PLACE).status


def flood(
    api: ApiWorld, token: str, path: str = "/v1/me", method: str = "GET", calls: int = 300
) -> set[int]:
    networks = (f"198.51.100.{number % 250}" for number in range(calls))
    return {api.request(method, path, None, token, address=each).status for each in networks}


def ended_and_own(api: ApiWorld, key: WalletKey = ALICE) -> tuple[str, str]:
    """Give the token of a session that has been ended, and of one that its user opened since."""
    stolen = api.token(key)
    api.request("DELETE", "/v1/sessions", None, stolen)
    api.world.clock.advance(1)
    return stolen, api.token(key)


@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/me"), ("POST", "/v1/copy/enable")])
def test_a_token_of_an_ended_session_uses_up_nothing_of_its_user(
    api: ApiWorld, method: str, path: str
) -> None:
    stolen, own = ended_and_own(api)
    assert flood(api, stolen, path, method) == {401}

    served = []
    for _ in range(60):
        api.world.clock.advance(SECOND_MS)
        flood(api, stolen, path, method, calls=30)
        served.append(call(api, "GET", "/v1/me", own))

    assert served == [200] * 60
    assert call(api, "POST", "/v1/copy/disable", own) == 200


def test_a_token_of_an_ended_session_is_counted_by_network(api: ApiWorld) -> None:
    stolen, _ = ended_and_own(api)

    answers = [api.request("GET", "/v1/me", None, stolen, address=OWN_PLACE) for _ in range(101)]

    assert [each.status for each in answers] == [401] * 100 + [429]
    assert answers[0].headers["RateLimit-Policy"] == '"network";q=100;w=10'


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "/v1/sessions"),
        ("POST", "/v1/copy/disable"),
        ("POST", "/v1/follows/x/pause"),
        ("DELETE", "/v1/follows/x"),
        ("DELETE", "/v1/agents/x"),
    ],
)
@pytest.mark.parametrize("session", ["another", "the same"])
def test_who_floods_with_a_living_token_keeps_nobody_from_stopping(
    api: ApiWorld, method: str, path: str, session: str
) -> None:
    own = api.token()
    stolen = own if session == "the same" else api.token()
    assert 429 in flood(api, stolen)

    assert call(api, "GET", "/v1/me", own) == 429
    assert call(api, method, path, own) in {200, 404}


def test_who_floods_what_stops_keeps_another_session_from_nothing(api: ApiWorld) -> None:
    own, stolen = api.token(), api.token()
    assert 429 in flood(api, stolen, "/v1/follows/x/pause", "POST")

    assert call(api, "GET", "/v1/me", own) == 200
    assert call(api, "DELETE", "/v1/sessions", own) == 200
    assert flood(api, stolen) == {401}


def test_what_stops_has_a_limit_too(api: ApiWorld) -> None:
    token = api.token()

    answers = [api.request("POST", "/v1/copy/disable", {}, token) for _ in range(101)]

    assert [each.status for each in answers] == [200] * 100 + [429]
    assert answers[-1].headers["RateLimit-Policy"] == '"stop";q=100;w=10'


def operator_call(api: ApiWorld, token: str, path: str, body: object) -> int:
    return call(api, "POST", f"/v1/ops{path}", token, body)


def look(api: ApiWorld, token: str, place: str = OWN_PLACE) -> int:
    query = {"switch": "kill_global"}
    return api.request("GET", "/v1/ops/switches", None, token, query, place).status


def flood_operators(api: ApiWorld, token: str) -> set[int]:
    return {look(api, token, f"198.51.100.{number % 250}") for number in range(300)}


def test_who_floods_with_an_operators_token_keeps_no_operator_from_stopping(
    api: ApiWorld,
) -> None:
    own, stolen = api.operator_token(), api.operator_token()
    assert 429 in flood_operators(api, stolen)

    assert operator_call(api, own, "/switches", ON) == 200
    name = f"/operators/{OPERATOR.address.lower()}/sessions/end"
    assert operator_call(api, own, name, WHY) == 200
    assert flood_operators(api, stolen) == {401}


def test_a_token_of_an_operators_ended_session_uses_up_nothing_of_theirs(api: ApiWorld) -> None:
    stolen = api.operator_token()
    api.operators.end_all_sessions(api.world.clock.now_ms())
    api.world.clock.advance(1)
    own = str(api.sign_in(OPERATOR, OPERATORS_DOOR)["access_token"])

    assert flood_operators(api, stolen) == {401}

    assert look(api, own) == 200
    assert operator_call(api, own, "/switches", ON) == 200


def test_what_stops_or_ends_something_is_named_here() -> None:
    assert {route.key for route in ROUTES if route.stops} == {
        "DELETE /v1/sessions/{session_id}",
        "DELETE /v1/sessions",
        "DELETE /v1/wallets/{wallet_id}",
        "DELETE /v1/agents/{agent_id}",
        "POST /v1/follows/{follow_id}/pause",
        "DELETE /v1/follows/{follow_id}",
        "POST /v1/copy/disable",
        "POST /v1/ops/switches",
        "POST /v1/ops/follows/{follow_id}/pause",
        "POST /v1/ops/users/{user_id}/agents/{agent_id}/revoke",
        "POST /v1/ops/sessions/{session_id}/end",
        "POST /v1/ops/users/{user_id}/sessions/end",
        "POST /v1/ops/operators/{address}/sessions/end",
        "POST /v1/ops/everybody/sessions/end",
    }


def test_nothing_that_stops_is_remembered_or_begins() -> None:
    stopping = [route for route in ROUTES if route.stops]

    assert {route.access for route in stopping} == {Access.MONEY, Access.OPERATOR}
    assert not any(route.begins or route.aim for route in stopping)
