"""Whatever is asked, the API answers as its document describes; what is wrong there is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ConfigDict

from functions.api.every_route import ROUTES
from functions.api.routing import Call, Request
from tests.openapi.run import Findings, run
from understudy.domain.errors import TooManyCallsError, VenueRejectedError

Handle = Callable[[Call], Any]
REQUESTS = 1_000
FEW = 60
LIST = "GET /v1/copies"
CHANGE = "PUT /v1/copy/profile"


def test_every_answer_is_one_that_the_document_describes() -> None:
    found = run(REQUESTS, 2)

    assert not found.faults, "\n".join(found.faults[:3])
    assert not found.unserved
    assert found.requests >= REQUESTS
    assert found.handled * 2 >= found.requests
    assert found.is_good


def planted(key: str, **wrong: Any) -> Findings:
    """Ask a route that is wrong; what is described is the right one."""
    routes = [replace(each, **wrong) if each.key == key else each for each in ROUTES]
    return run(FEW, 2, routes, key)


def failing(_: Call) -> Any:
    raise RuntimeError("a fault of ours")


def refusing(_: Call) -> Any:
    raise VenueRejectedError("a list has nothing to refuse")


def talkative(call: Call) -> Any:
    page = call.services.copies.of_user(call.user_id, 1, "")
    return {"items": page.items, "cursor": page.cursor, "total": 1}


@pytest.mark.parametrize(
    ("handle", "said"),
    [
        (failing, "Server error"),
        (refusing, "Undocumented status code"),
        (lambda _: {"items": []}, '"cursor" is a required property'),
        (talkative, "'total' was unexpected"),
        (lambda _: "<html>", "Undocumented Content-Type"),
    ],
    ids=["fault", "status", "missing", "more", "page"],
)
def test_an_answer_that_is_not_described_is_found(handle: Handle, said: str) -> None:
    faults = planted(LIST, handle=handle).faults

    assert any(said in each for each in faults), faults[:3]


def test_a_request_that_is_taken_though_it_is_described_as_wrong_is_found() -> None:
    class Anything(Request):
        """Takes all there is."""

        model_config = ConfigDict(extra="allow")

    def ignore(call: Call) -> Any:
        return call.services.copy_settings.profile(call.user_id)

    faults = planted(CHANGE, body=Anything, handle=ignore).faults

    assert any("Schema-violating request accepted" in each for each in faults), faults[:3]


def test_a_door_that_lets_nobody_in_is_found() -> None:
    def shut(_: Any) -> str:
        raise TooManyCallsError(1)

    found = planted(CHANGE, aim=shut)

    assert (found.handled, found.unserved, found.is_good) == (0, {CHANGE}, False)
