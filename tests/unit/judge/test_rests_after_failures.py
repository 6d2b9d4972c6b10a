"""How long the judge lets entries rest after failures in a row: until an entry fills."""

from __future__ import annotations

from fractions import Fraction

import pytest

from simulators.judge.evidence import Leg
from simulators.judge.ledger import FollowBook
from tests.fakes.venue import Fault
from tests.unit.judge.courtroom import verdict_of
from tests.unit.judge.production import DECIMALS, ProductionRun, ratio
from tests.unit.judge.test_slower_and_narrower import outcomes

REFUSAL = "Something is wrong that nobody has heard of."


def _run() -> ProductionRun:
    run = ProductionRun({"one": ratio("50000", "10")}, DECIMALS, "100000000")
    run.trade("BTC", [("1", "1000")], 0)
    run.trade("ETH", [("10", "100")], 61_000)
    run.trade("BTC", [("1", "1000")], 61_000)
    run.trade("ETH", [("10", "100")], 61_000)
    return run


def _fail(run: ProductionRun, times: int) -> None:
    for _ in range(times):
        run.world.venue.faults.append(REFUSAL)
        run.trade("BTC", [("1", "1000")], 2_000)


def test_an_exit_whose_first_attempt_was_the_fifth_failure_ends_no_rest_of_entries() -> None:
    run = _run()
    _fail(run, 4)
    run.world.venue.faults.append(REFUSAL)
    run.trade("ETH", [("-5", "100")], 2_000)
    run.trade("BTC", [("1", "1000")], 2_000)

    evidence = run.evidence()
    assert outcomes(evidence)[-2:] == [("DONE", None), ("SKIPPED", "BREAKER_OPEN")]
    assert not [each for each in verdict_of(evidence).findings if "BREAKER_OPEN" in each.text]


def test_entries_rest_while_the_outcome_of_a_probe_that_fills_is_unknown() -> None:
    run = _run()
    _fail(run, 5)
    run.world.venue.faults.clear()
    run.world.clock.advance(61_000)
    run.world.venue.faults.append(Fault.TIMES_OUT_AFTER_ACCEPT)
    run.trade("BTC", [("1", "1000")], 1_000)
    run.trade("ETH", [("5", "100")], 1_000)

    evidence = run.evidence()
    assert outcomes(evidence)[-2:] == [("DONE", None), ("SKIPPED", "BREAKER_OPEN")]
    assert not [each for each in verdict_of(evidence).findings if "BREAKER_OPEN" in each.text]


def _order(kind: str, *, state: str = "FILLED") -> Leg:
    filled = Fraction(state == "FILLED")
    zero, one = Fraction(0), Fraction(1)
    return Leg(0, 1, "0x1", kind, 1, one, one, kind == "exit", state, filled, zero)


def _after_failures(times: int) -> FollowBook:
    book = FollowBook()
    for _ in range(times):
        book.note_outcome([], is_failure=True, sent_ms=Fraction(0))
    return book


@pytest.mark.parametrize(
    ("filled", "is_failing"),
    [(["exit"], True), ([], True), (["entry"], False), (["exit", "entry"], False)],
)
def test_an_exit_that_fills_ends_no_rest_of_entries(filled: list[str], *, is_failing: bool) -> None:
    book = _after_failures(5)

    book.note_outcome([_order(kind) for kind in filled], is_failure=False, sent_ms=Fraction(0))

    assert book.is_failing is is_failing


def test_an_exit_that_fills_ends_a_row_of_fewer() -> None:
    book = _after_failures(4)

    book.note_outcome([_order("exit")], is_failure=False, sent_ms=Fraction(0))

    assert not book.failures_in_row


def test_a_copy_that_failed_in_one_order_is_one_failure() -> None:
    book = FollowBook()

    book.note_outcome([_order("entry", state="EXPIRED")], is_failure=True, sent_ms=Fraction(0))

    assert book.failures_in_row == 1


def test_entries_rest_no_longer_than_a_fill_may_be_unknown() -> None:
    book = _after_failures(5)
    assert book.may_rest(Fraction(10**9))

    book.note_outcome([_order("entry")], is_failure=False, sent_ms=Fraction(1_000))

    assert book.may_rest(Fraction(61_000))
    assert not book.may_rest(Fraction(61_001))
