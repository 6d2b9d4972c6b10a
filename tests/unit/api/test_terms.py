"""Terms stand before what begins something, and never before what ends or shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from functions.api.every_route import ROUTES
from functions.api.routing import Access
from tests.fakes.api import Answer, ApiWorld
from tests.fakes.requests import created, new_follow, started
from understudy.workflows.requests.terms import CurrentTerms

if TYPE_CHECKING:
    from functions.api.routing import Route

TERMS = CurrentTerms("2027-01", "https://understudy.test/terms")
BEGINNING = [route for route in ROUTES if route.begins]
CHANGING = [r for r in ROUTES if r.access is Access.MONEY and not r.begins]


@pytest.fixture
def api() -> ApiWorld:
    return ApiWorld(current_terms=TERMS)


def accept(api: ApiWorld, token: str, version: str = TERMS.version) -> Answer:
    return api.request("POST", "/v1/terms/accept", {"version": version}, token)


def code_of(api: ApiWorld, token: str, route: Route) -> Any:
    path = route.path.replace("{", "").replace("}", "")
    answer = api.request(route.method, path, {"unknown": 1}, token)
    return (answer.status, answer.code)


def test_the_terms_are_shown_to_everybody(api: ApiWorld) -> None:
    assert api.request("GET", "/v1/terms").body == {"version": TERMS.version, "url": TERMS.url}


def test_what_begins_something_is_named_here() -> None:
    assert {route.key for route in BEGINNING} == {
        "POST /v1/wallets",
        "POST /v1/agents/enable",
        "POST /v1/agents/{agent_id}/rotate",
        "POST /v1/follows",
        "POST /v1/copy/follows",
        "POST /v1/follows/{follow_id}/start",
        "POST /v1/copy/enable",
    }


@pytest.mark.parametrize("route", BEGINNING, ids=lambda route: route.key)
def test_without_acceptance_nothing_begins(api: ApiWorld, token: str, route: Route) -> None:
    before = api.stored()

    assert code_of(api, token, route) == (422, "TERMS_NOT_ACCEPTED")
    assert api.stored() == before


@pytest.mark.parametrize("route", CHANGING, ids=lambda route: route.key)
def test_without_acceptance_everything_else_goes_on(
    api: ApiWorld, token: str, route: Route
) -> None:
    assert code_of(api, token, route)[1] != "TERMS_NOT_ACCEPTED"


def test_once_accepted_a_user_begins(api: ApiWorld, token: str) -> None:
    answer = accept(api, token)

    assert answer.body["user"]["terms_version"] == TERMS.version
    assert answer.body["user"]["terms_accepted_at_ms"] == api.world.clock.now_ms()
    assert api.request("POST", "/v1/follows", new_follow(), token).status == 201


def test_accepting_again_keeps_the_first_time_and_one_entry(api: ApiWorld, token: str) -> None:
    first = accept(api, token).body
    api.world.clock.advance(1000)

    assert accept(api, token).body == first
    assert [each.event for each in api.audit.entries].count("TERMS_ACCEPTED") == 1


@pytest.mark.parametrize("version", ["2026-01", "2027-01 "])
def test_other_terms_are_not_accepted(api: ApiWorld, token: str, version: str) -> None:
    answer = accept(api, token, version)

    assert (answer.status, answer.code) == (409, "TERMS_CHANGED")


def test_without_terms_there_is_nothing_to_accept(api: ApiWorld) -> None:
    free = ApiWorld()

    assert accept(free, free.token()).code == "TERMS_CHANGED"
    assert created(free, free.token())


def test_new_terms_are_asked_for_and_what_runs_goes_on(api: ApiWorld, token: str) -> None:
    accept(api, token)
    api.delegate(token)
    follow_id = started(api, token)
    newer = ApiWorld(
        world=api.world,
        identity=api.identity,
        keys=api.keys,
        ids=api.ids,
        current_terms=CurrentTerms("2028-01"),
    )

    again = newer.request("POST", f"/v1/follows/{follow_id}/start", None, token)
    assert again.code == "TERMS_NOT_ACCEPTED"
    assert newer.request("GET", f"/v1/follows/{follow_id}", None, token).body["status"] == "ACTIVE"
    assert newer.request("POST", f"/v1/follows/{follow_id}/pause", None, token).status == 200
