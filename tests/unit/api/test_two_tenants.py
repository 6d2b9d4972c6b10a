"""No route gives, shows or changes what is another's; which routes there are says the document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from functions.api.every_route import ROUTES
from functions.api.openapi import document
from functions.api.routing import Access, Call, Items
from tests.fakes.api import ApiWorld
from tests.fakes.identity import ALICE
from tests.unit.api.tenancy import Matrix, Operation, operations, send
from tests.unit.api.two_tenants import ASKED, SAYS_NOT_WHOSE, TERMS, Asked, tenants
from understudy.adapters.memory.identity import InMemoryIdentityStore
from understudy.domain.errors import NotFoundError
from understudy.domain.follows import Follow
from understudy.domain.ids import FollowId

Handle = Callable[[Call], Any]
ALL = {each.key: each for each in operations(document(ROUTES))}
OF_OPERATORS = [each for key, each in ALL.items() if " /v1/ops/" in key and not each.is_open]
SIGNED_IN = [each for each in ALL.values() if not each.is_open and each not in OF_OPERATORS]
WITH_ID = [each for each in SIGNED_IN if each.ids]
EVERY = pytest.mark.parametrize("operation", SIGNED_IN, ids=lambda each: each.key)
ONE = "/v1/follows/{follow_id}"


def test_every_operation_is_in_the_table() -> None:
    missing = {each.key for each in SIGNED_IN} ^ set(ASKED)

    assert not missing, (
        f"ASKED in tests/unit/api/two_tenants.py must have, and only have: {missing}"
    )
    assert set(ASKED) >= SAYS_NOT_WHOSE


def test_an_open_operation_names_nothing_that_is_anybodys() -> None:
    assert [each.key for each in ALL.values() if each.is_open and each.ids] == []


@EVERY
def test_its_owner_is_served_and_nobody_else_sees_it(operation: Operation) -> None:
    matrix = Matrix(operation, ApiWorld(current_terms=TERMS))

    assert not matrix.unnamed(), "ASKED must name these ids"
    assert matrix.own() == ""


@EVERY
def test_without_a_token_it_is_shut(operation: Operation) -> None:
    assert Matrix(operation, ApiWorld(current_terms=TERMS)).unsigned() == ""


@pytest.mark.parametrize("operation", WITH_ID, ids=lambda each: each.key)
def test_to_another_it_is_not_there(operation: Operation) -> None:
    assert Matrix(operation, ApiWorld(current_terms=TERMS)).foreign() == ""


@EVERY
def test_an_answer_says_whose_it_is(operation: Operation) -> None:
    says = Matrix(operation, ApiWorld(current_terms=TERMS)).says_whose()

    assert says is (operation.key not in SAYS_NOT_WHOSE)


@pytest.mark.parametrize("operation", OF_OPERATORS, ids=lambda each: each.key)
def test_what_operators_do_is_shut_to_users_even_about_themselves(operation: Operation) -> None:
    api = ApiWorld(current_terms=TERMS)
    (alice,) = tenants(api, ALICE)
    before, about = api.stored(), {**alice.ids, "address": alice.key.address}

    refused = send(api, operation.key, Asked(about, {"reason": "mine"}), alice.token)
    unknown = send(api, operation.key, Asked(about, {"reason": "mine"}), "")

    assert (refused.status, refused.code) == (403, "OPERATORS_TOKEN_NEEDED")
    assert unknown.status == 401
    assert api.stored() == before


def planted(key: str, handle: Handle, **changes: Any) -> Matrix:
    """Serve one route by a handler that is wrong."""
    api = ApiWorld(current_terms=TERMS)
    matrix = Matrix(ALL[key], api)
    wrong = {"handle": handle, **changes}
    routes = [replace(each, **wrong) if each.key == key else each for each in ROUTES]
    api.serve(routes)
    return matrix


def whosever_it_is(call: Call) -> Follow:
    state = call.services.follows.own.copies.follow_state(FollowId(call.path["follow_id"]))
    if state is None:
        raise NotFoundError("you have no follow with this id", code="FOLLOW_NOT_FOUND")
    return state.follow


def everybody(call: Call) -> Any:
    store = call.services.identity
    assert isinstance(store, InMemoryIdentityStore)
    return list(store.users)


def test_a_follow_that_is_shown_to_anybody_is_found() -> None:
    assert "answered with 200" in planted(f"GET {ONE}", whosever_it_is).foreign()


def test_a_refusal_that_comes_after_the_deed_is_found() -> None:
    def late(call: Call) -> None:
        follow = whosever_it_is(call)
        call.services.lifecycle.delete(follow.user_id, follow.follow_id)
        raise NotFoundError("you have no follow with this id", code="FOLLOW_NOT_FOUND")

    assert "has changed something" in planted(f"DELETE {ONE}", late).foreign()


def test_a_refusal_that_tells_what_there_is_is_found() -> None:
    def talkative(call: Call) -> None:
        raise NotFoundError(f"this follow is of {whosever_it_is(call).user_id}")

    assert "told from nobody's" in planted(f"GET {ONE}", talkative).foreign()


def test_a_list_of_everybodys_is_found() -> None:
    def all_follows(call: Call) -> Items[Follow]:
        listing = call.services.follows
        return {"items": [each for user in everybody(call) for each in listing.of_user(user)]}

    assert "shows another's" in planted("GET /v1/follows", all_follows).own()


def test_a_change_of_everybodys_is_found() -> None:
    def disable_all(call: Call) -> Any:
        settings = call.services.copy_settings
        return [settings.disable(user, call.at_ms) for user in everybody(call)]

    found = planted("POST /v1/copy/disable", disable_all).own()

    assert found.startswith("for another it changes")
    assert "GET /v1/copy/profile" in found


def test_a_route_that_stands_open_is_found() -> None:
    matrix = planted("GET /v1/follows", lambda _: {"items": []}, access=Access.OPEN)

    assert matrix.unsigned() == "without a token of ours it is answered with 200"


def test_an_owner_who_is_refused_is_found() -> None:
    assert planted(f"PATCH {ONE}", whosever_it_is, status=202).own().startswith("its owner is")
