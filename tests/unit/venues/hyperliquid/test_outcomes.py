"""An answer is evidence only when it speaks of this very order, or for the first time of all."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from understudy.adapters.venues.hyperliquid.errors import RejectionKind, UnknownCause
from understudy.adapters.venues.hyperliquid.outcomes import action_outcome, order_report
from understudy.domain.intents import Accepted, Outcome, Rejected, Unknown
from understudy.ports.venue import NotFound, StillOpen

AGENT = "0x" + "ab" * 20
NO_MATCH = "Order could not immediately match against any resting orders."


def _outcome(answer: Any, *, first: bool = True, status: int = 200) -> Outcome:
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return action_outcome(status, body, first=first, signer=lambda: AGENT)


def _of_order(status: Any) -> Any:
    data = {"type": "order", "data": {"statuses": [status]}}
    return {"status": "ok", "response": data}


def _whole(text: str) -> Any:
    return {"status": "err", "response": text}


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        (429, UnknownCause.RATE_LIMITED),
        (500, UnknownCause.SERVER_ERROR),
        (502, UnknownCause.SERVER_ERROR),
        (422, UnknownCause.SERVER_ERROR),
        (302, UnknownCause.SERVER_ERROR),
    ],
)
def test_another_status_than_200_says_nothing(status: int, cause: UnknownCause) -> None:
    assert _outcome(_of_order({"error": NO_MATCH}), status=status) == Unknown(cause)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"null",
        b"<html>",
        b"[]",
        b'{"status":"ok","response":1e9999999999999999999}',
        {"status": "ok"},
        {"status": "ok", "response": {"type": "order", "data": {"statuses": []}}},
        {"status": "ok", "response": {"type": "order", "data": {"statuses": ["a", "b"]}}},
        _of_order({"filled": {"totalSz": "NaN", "avgPx": "1", "oid": 1}}),
        _of_order({"filled": {"totalSz": "1"}}),
    ],
)
def test_an_answer_that_cannot_be_read_says_nothing(answer: Any) -> None:
    assert _outcome(answer) == Unknown(UnknownCause.UNREADABLE)


@pytest.mark.parametrize("status", [{"resting": {"oid": 1}}, "waitingForFill", "waitingForTrigger"])
def test_an_order_that_waits_is_not_settled(status: Any) -> None:
    assert _outcome(_of_order(status)) == Unknown(UnknownCause.NOT_FINAL)


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize(
    "text", ["Invalid nonce: duplicate nonce 5", "Invalid nonce: nonce too low 5 < 6"]
)
def test_a_used_nonce_never_means_that_the_order_was_refused(text: str, *, first: bool) -> None:
    assert _outcome(_whole(text), first=first) == Unknown(UnknownCause.NONCE_USED)


def test_an_error_about_the_whole_action_refuses_a_first_sending_alone() -> None:
    answer = _whole("Action already expired")

    assert _outcome(answer) == Rejected(RejectionKind.EXPIRED_ACTION, "Action already expired")
    assert _outcome(answer, first=False) == Unknown(UnknownCause.REFUSED_LATER)


def test_an_unknown_agent_is_told_from_a_wrong_signature() -> None:
    ours = _outcome(_whole(f"User or API Wallet {AGENT} does not exist."))
    other = _outcome(_whole(f"User or API Wallet {'0x' + 'cd' * 20} does not exist."))

    assert isinstance(ours, Rejected)
    assert isinstance(other, Rejected)
    assert (ours.kind, other.kind) == (RejectionKind.AGENT_GONE, RejectionKind.SIGNATURE)


@pytest.mark.parametrize("first", [True, False])
def test_an_error_about_this_very_order_refuses_it_on_every_sending(*, first: bool) -> None:
    outcome = _outcome(_of_order({"error": f"{NO_MATCH} asset=3"}), first=first)

    assert outcome == Rejected(RejectionKind.NO_MATCH, f"{NO_MATCH} asset=3")


def test_a_partial_fill_is_accepted_for_what_was_filled() -> None:
    outcome = _outcome(_of_order({"filled": {"totalSz": "0.02", "avgPx": "1891.4", "oid": 77}}))

    assert outcome == Accepted(Decimal("0.02"), Decimal("1891.4"), "77")


def test_an_account_action_is_accepted_without_a_fill() -> None:
    nothing = Accepted(Decimal(0), Decimal(0), "")

    assert _outcome({"status": "ok", "response": {"type": "default"}}) == nothing
    assert _outcome(_of_order("success")) == nothing


def _state(status: str, left: str = "0.0") -> Any:
    order = {"coin": "BTC", "oid": 9, "sz": left, "origSz": "3.0", "timestamp": 5}
    return {"status": "order", "order": {"order": order, "status": status}}


def _fill(size: str, price: str, fee: str, *, start: str = "0.0", side: str = "B") -> Any:
    return {"oid": 9, "sz": size, "px": price, "fee": fee, "startPosition": start, "side": side}


def test_an_order_that_the_venue_does_not_know_is_not_found() -> None:
    assert order_report({"status": "unknownOid"}, []) == NotFound()


@pytest.mark.parametrize(
    "answer", [_state("open", "3.0"), _state("triggered", "3.0"), _state("filled")]
)
def test_an_order_whose_fills_are_not_shown_yet_is_still_open(answer: Any) -> None:
    assert order_report(answer, []) == StillOpen()


def test_a_canceled_rest_with_hidden_fills_is_still_open() -> None:
    assert order_report(_state("canceled", "1.0"), []) == StillOpen()


@pytest.mark.parametrize("answer", [_state("filled"), _state("canceled", "1.0")])
def test_an_order_whose_fills_are_shown_in_part_is_still_open(answer: Any) -> None:
    one, closing = _fill("1.0", "100", "0.04"), _fill("1.0", "100", "0.04", start="3", side="A")

    assert order_report(answer, [one]) == StillOpen()
    assert order_report(answer, [closing]) == StillOpen()


@pytest.mark.parametrize(("side", "starts"), [("A", ("1.5", "0.5")), ("B", ("-1.5", "-0.5"))])
def test_fills_that_ended_flat_are_given_for_a_close_cannot_have_filled_more(
    side: str, starts: tuple[str, str]
) -> None:
    fills = [
        _fill("1.0", "100", "0.04", start=starts[0], side=side),
        _fill("0.5", "100", "0.02", start=starts[1], side=side),
    ]

    report = order_report(_state("filled"), fills)

    assert report == StillOpen(Accepted(Decimal("1.5"), Decimal(100), "9", Decimal("0.06")))


def test_a_refused_order_without_fills_is_rejected_by_its_state() -> None:
    report = order_report(_state("iocCancelRejected", "3.0"), [])

    assert report == Rejected(RejectionKind.NO_MATCH, "iocCancelRejected")


@pytest.mark.parametrize("state", ["filled", "canceled", "iocCancelRejected"])
def test_fills_count_whatever_the_state_of_the_rest_is(state: str) -> None:
    fills = [_fill("1.0", "100", "0.04"), _fill("1.0", "110", "0.05")]
    report = order_report(_state(state, "1.0"), fills)

    assert report == Accepted(Decimal("2.0"), Decimal(105), "9", Decimal("0.09"))


def test_an_average_over_two_prices_is_cut_to_twelve_decimals() -> None:
    fills = [_fill("1.6", "100.01", "0.04"), _fill("1.4", "100.02", "0.05")]

    report = order_report(_state("filled"), fills)

    assert isinstance(report, Accepted)
    assert report.average_price == Decimal("100.014666666666")


def test_a_canceled_order_without_fills_did_nothing() -> None:
    report = order_report(_state("canceled", "3.0"), [])

    assert report == Accepted(Decimal(0), Decimal(0), "9", Decimal(0))
