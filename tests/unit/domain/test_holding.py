"""Whose a symbol was at a time, by the dates of the ledgers."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tests.fakes.builders import FOLLOW, ledger
from understudy.domain.follows import Ledger
from understudy.domain.holding import PAUSE_MS, dated, holder_at
from understudy.domain.ids import FollowId

OTHER = FollowId("follow-2")
HELD = ledger("5", held_since_ms=1000)
OVER = ledger("0", held_since_ms=1000, flat_at_ms=2000)


def _moved(before: Ledger, held: str, at_ms: int) -> Ledger:
    after = replace(before, held=Decimal(held))
    return dated(before, after, opened_at_ms=at_ms, now_ms=at_ms)


def test_what_nobody_held_is_nobodys() -> None:
    assert holder_at(999, "BTC", [HELD, OVER]) is None
    assert holder_at(2001, "BTC", [OVER]) is None
    assert holder_at(1500, "ETH", [HELD]) is None
    assert holder_at(1500, "BTC", []) is None


def test_a_position_belongs_to_its_follow_from_its_opening_to_its_end() -> None:
    assert holder_at(9999, "BTC", [HELD]) == FOLLOW
    assert [holder_at(at_ms, "BTC", [OVER]) for at_ms in (1000, 2000)] == [FOLLOW, FOLLOW]


def test_of_two_follows_that_held_one_after_the_other_the_later_one_is_taken() -> None:
    later = replace(HELD, follow_id=OTHER, held_since_ms=1800)

    assert holder_at(1700, "BTC", [OVER, later]) == FOLLOW
    assert holder_at(1900, "BTC", [OVER, later]) == OTHER


def test_a_holding_that_is_known_goes_before_one_with_pauses() -> None:
    known = replace(OVER, opened_at_ms=1500)
    with_pauses = replace(HELD, follow_id=OTHER, held_since_ms=1200, opened_at_ms=2500)

    assert holder_at(1600, "BTC", [known, with_pauses]) == FOLLOW
    assert holder_at(1300, "BTC", [known, with_pauses]) == OTHER
    assert holder_at(2600, "BTC", [known, with_pauses]) == OTHER


def test_opening_and_closing_are_dated() -> None:
    opened = _moved(ledger("0"), "5", PAUSE_MS)
    grown = _moved(opened, "7", PAUSE_MS + 1)
    closed = _moved(grown, "0", PAUSE_MS + 2)

    assert (grown.held_since_ms, grown.flat_at_ms) == (PAUSE_MS, 0)
    assert (closed.held_since_ms, closed.flat_at_ms) == (PAUSE_MS, PAUSE_MS + 2)


def test_a_position_that_is_soon_opened_again_was_never_away() -> None:
    soon = _moved(OVER, "5", OVER.flat_at_ms + PAUSE_MS - 1)
    late = _moved(OVER, "5", OVER.flat_at_ms + PAUSE_MS)

    assert (soon.held_since_ms, late.held_since_ms) == (OVER.held_since_ms, late.opened_at_ms)
    assert late.opened_at_ms - soon.opened_at_ms == 1
    assert late.opened_at_ms == OVER.flat_at_ms + PAUSE_MS
