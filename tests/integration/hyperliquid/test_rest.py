"""The client against a server that misbehaves: an outcome is never guessed, nothing is resent."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest

from tests.integration.scripted_server import (
    Step,
    cut_short,
    reset,
    respond,
    serving,
    stay_silent,
)
from tests.patience import PATIENCE_MS
from understudy.adapters.memory.clock import ManualClock
from understudy.adapters.memory.venue_budget import InMemoryVenueBudget
from understudy.adapters.venues.hyperliquid.client import HyperliquidVenue
from understudy.adapters.venues.hyperliquid.constants import Chain
from understudy.adapters.venues.hyperliquid.errors import RejectionKind, UnknownCause
from understudy.adapters.venues.hyperliquid.rest import Rest
from understudy.adapters.venues.hyperliquid.weights import BudgetMeter
from understudy.domain.errors import VenueUnreachableError
from understudy.domain.ids import IntentId
from understudy.domain.intents import Outcome, Rejected, Signed, Unknown
from understudy.domain.markets import HYPERLIQUID
from understudy.ports.delivery import Purpose

pytestmark = pytest.mark.integration

SIGNED = Signed(IntentId("intent"), '{"action":{"type":"noop"}}')
NO_MATCH = "Order could not immediately match against any resting orders."
REFUSED = {"type": "order", "data": {"statuses": [{"error": NO_MATCH}]}}
EXPIRED = '{"status":"err","response":"Action already expired"}'


def _rest(url: str, *, read_timeout_ms: int = PATIENCE_MS, **more: Any) -> Rest:
    return Rest(url, connect_timeout_ms=PATIENCE_MS, read_timeout_ms=read_timeout_ms, **more)


def _venue(url: str, read_timeout_ms: int = PATIENCE_MS) -> HyperliquidVenue:
    rest = _rest(url, read_timeout_ms=read_timeout_ms)
    return HyperliquidVenue(rest, Chain.TESTNET, ManualClock())


def _submit(*steps: Step, first: bool = True, read_timeout_ms: int = PATIENCE_MS) -> Outcome:
    with serving(*steps) as server:
        outcome = _venue(server.url, read_timeout_ms).submit(SIGNED, first=first)
        assert server.bodies == [SIGNED.body.encode()]
    return outcome


def test_a_server_that_is_not_there_leaves_the_outcome_unknown() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    outcome = _venue(f"http://127.0.0.1:{port}").submit(SIGNED, first=True)

    assert outcome == Unknown(UnknownCause.UNREACHABLE)


@pytest.mark.parametrize(("base", "asked"), [("", "/exchange"), ("/venue/", "/venue/exchange")])
def test_an_order_goes_to_its_place_under_the_address(base: str, asked: str) -> None:
    with serving(respond(200, "null")) as server:
        _venue(server.url + base).submit(SIGNED, first=True)

        assert server.targets == [asked]


def test_a_silent_server_leaves_the_outcome_unknown() -> None:
    assert _submit(stay_silent, read_timeout_ms=300) == Unknown(UnknownCause.TIMEOUT)


@pytest.mark.parametrize("step", [reset, cut_short])
def test_a_broken_connection_leaves_the_outcome_unknown(step: Step) -> None:
    assert _submit(step) == Unknown(UnknownCause.CONNECTION_LOST)


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        (429, UnknownCause.RATE_LIMITED),
        (502, UnknownCause.SERVER_ERROR),
        (503, UnknownCause.SERVER_ERROR),
    ],
)
def test_a_refusing_server_is_asked_once(status: int, cause: UnknownCause) -> None:
    assert _submit(respond(status, "null")) == Unknown(cause)


def test_a_redirect_is_not_followed_with_an_order() -> None:
    def redirect(client: socket.socket) -> None:
        client.sendall(b"HTTP/1.1 307 Moved\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n")

    assert _submit(redirect) == Unknown(UnknownCause.SERVER_ERROR)


def test_a_page_instead_of_an_answer_leaves_the_outcome_unknown() -> None:
    assert _submit(respond(200, "<html>")) == Unknown(UnknownCause.UNREADABLE)


def test_an_error_about_the_order_refuses_a_later_sending_too() -> None:
    answer = json.dumps({"status": "ok", "response": REFUSED})

    assert _submit(respond(200, answer), first=False) == Rejected(RejectionKind.NO_MATCH, NO_MATCH)


def test_an_error_about_the_whole_action_refuses_a_first_sending_alone() -> None:
    first = _submit(respond(200, EXPIRED))
    later = _submit(respond(200, EXPIRED), first=False)

    assert first == Rejected(RejectionKind.EXPIRED_ACTION, "Action already expired")
    assert later == Unknown(UnknownCause.REFUSED_LATER)


def test_an_unreadable_body_of_ours_does_not_break_the_classification() -> None:
    text = f"User or API Wallet 0x{'ab' * 20} does not exist."
    outcome = _submit(respond(200, json.dumps({"status": "err", "response": text})))

    assert outcome == Rejected(RejectionKind.AGENT_GONE, text)


@pytest.mark.parametrize(
    ("step", "status"),
    [
        (respond(429, "null"), 429),
        (respond(502, ""), 502),
        (respond(422, "Failed to deserialize the JSON body into the target type"), 422),
        (respond(200, "<html>"), 200),
        (respond(200, '{"unexpected": 1}'), 200),
        (reset, 0),
        (cut_short, 0),
    ],
)
def test_a_question_without_a_usable_answer_says_so(step: Step, status: int) -> None:
    with serving(step) as server, pytest.raises(VenueUnreachableError) as caught:
        _venue(server.url).markets()

    assert caught.value.facts["status"] == status


def test_who_works_for_many_does_not_wait_for_each_of_them() -> None:
    with serving(reset, respond(200, "[]")) as server:
        rest = _rest(server.url, hush_ms=60_000)
        for _ in range(3):
            with pytest.raises(VenueUnreachableError):
                rest.ask({"type": "orderStatus"})

        assert server.connections == 1


def test_after_a_hush_questions_are_asked_again() -> None:
    with serving(reset, respond(200, "[]")) as server:
        rest = _rest(server.url, hush_ms=0)
        with pytest.raises(VenueUnreachableError):
            rest.ask({"type": "orderStatus"})

        assert rest.ask({"type": "orderStatus"}) == []


def test_a_429_makes_everybody_at_this_address_ask_less() -> None:
    budget = InMemoryVenueBudget({HYPERLIQUID: 400}, ManualClock())
    with serving(respond(429, "null")) as server, pytest.raises(VenueUnreachableError):
        _rest(server.url, meter=BudgetMeter(budget, ManualClock())).ask({"type": "orderStatus"})

    assert not budget.take(HYPERLIQUID, Purpose.STATUS, 29)
    assert budget.take(HYPERLIQUID, Purpose.STATUS, 28)


def test_the_rows_of_an_answer_count_too() -> None:
    budget = InMemoryVenueBudget({HYPERLIQUID: 400}, ManualClock())
    with serving(respond(200, json.dumps([{}] * 60))) as server:
        _rest(server.url, meter=BudgetMeter(budget, ManualClock())).ask({"type": "userFillsByTime"})

    assert not budget.take(HYPERLIQUID, Purpose.STATUS, 38)
    assert budget.take(HYPERLIQUID, Purpose.STATUS, 37)


def test_answers_come_over_one_kept_connection() -> None:
    meta: dict[str, Any] = {"universe": []}
    with serving(respond(200, "[null]"), respond(200, json.dumps(meta))) as server:
        assert _venue(server.url).markets() == []

        assert server.connections == 1
        assert len(server.bodies) == 2
