"""What a ledger does when the venue holds something else."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tests.fakes.builders import FOLLOW, NOW_MS, ledger
from understudy.domain.drift import after_reading
from understudy.domain.follows import Budget, Pending
from understudy.domain.ids import IntentId

BUDGET = Budget(FOLLOW, margin=Decimal(200))


def test_one_reading_without_the_position_clears_nothing() -> None:
    after, budget = after_reading(ledger("2"), BUDGET, Decimal(0), NOW_MS)

    assert (after.held, after.drift_since_ms, budget) == (2, NOW_MS, BUDGET)


def test_a_position_gone_twice_thirty_seconds_apart_is_a_phantom() -> None:
    once, _ = after_reading(ledger("2"), BUDGET, Decimal(0), NOW_MS)

    after, budget = after_reading(once, BUDGET, Decimal(0), NOW_MS + 30_000)

    assert (after.held, after.target, after.phantoms, budget.margin) == (0, 0, 1, 0)


def test_a_position_gone_twice_too_soon_is_not_yet_a_phantom() -> None:
    once, _ = after_reading(ledger("2"), BUDGET, Decimal(0), NOW_MS)

    after, _ = after_reading(once, BUDGET, Decimal(0), NOW_MS + 29_999)

    assert after.held == 2


def test_another_difference_stops_the_symbols_entries() -> None:
    after, _ = after_reading(ledger("2"), BUDGET, Decimal(1), NOW_MS)

    assert (after.held, after.entries_paused) == (2, True)


def test_entries_go_on_once_both_agree_again() -> None:
    drifted = replace(ledger("2"), entries_paused=True, drift_since_ms=NOW_MS)

    after, _ = after_reading(drifted, BUDGET, Decimal(2), NOW_MS)

    assert (after.entries_paused, after.drift_since_ms) == (False, 0)


def test_an_order_under_way_makes_every_reading_worthless() -> None:
    waiting = Pending(IntentId("i"), Decimal(1), reduce_only=False, margin=Decimal(1))
    unknown = replace(ledger("2"), pending=(waiting,))

    assert after_reading(unknown, BUDGET, Decimal(0), NOW_MS) == (unknown, BUDGET)


def test_a_phantom_needs_two_empty_readings_with_nothing_else_between() -> None:
    ledger_, budget = ledger("5"), BUDGET
    for live, seconds in (("0", 0), ("3", 31), ("0", 62)):
        ledger_, budget = after_reading(ledger_, budget, Decimal(live), NOW_MS + seconds * 1000)
    assert ledger_.held == 5

    after, _ = after_reading(ledger_, budget, Decimal(0), NOW_MS + 92_000)

    assert (after.held, after.phantoms) == (0, 1)


def test_another_difference_before_an_empty_reading_makes_no_phantom() -> None:
    drifted, _ = after_reading(ledger("5"), BUDGET, Decimal(3), NOW_MS)

    after, _ = after_reading(drifted, BUDGET, Decimal(0), NOW_MS + 60_000)

    assert (after.held, after.empty_since_ms) == (5, NOW_MS + 60_000)


def test_an_order_between_two_empty_readings_makes_them_no_pair() -> None:
    once, _ = after_reading(ledger("2"), BUDGET, Decimal(0), NOW_MS)
    waiting = Pending(IntentId("i"), Decimal(1), reduce_only=False, margin=Decimal(1))
    between, _ = after_reading(replace(once, pending=(waiting,)), BUDGET, Decimal(0), NOW_MS + 1)

    after, _ = after_reading(replace(between, pending=()), BUDGET, Decimal(0), NOW_MS + 40_000)

    assert after.held == 2


def test_who_holds_nothing_has_no_part_in_the_accounts_position() -> None:
    poisoned = replace(ledger("0"), entries_paused=True, drift_since_ms=NOW_MS)

    after, _ = after_reading(poisoned, BUDGET, Decimal(5), NOW_MS)

    assert (after.entries_paused, after.drift_since_ms) == (False, 0)
