"""What an order's outcome tells the breaker: a failure counts, an open one hears its probe only."""

from __future__ import annotations

import pytest

from tests.fakes.builders import FOLLOW, NOW_MS, intent
from understudy.domain.breaker import after_failure, after_success, stops_entries
from understudy.domain.follows import Budget
from understudy.domain.intents import Intent, IntentKind

MINUTE_MS = 60_000
OPENED = Budget(FOLLOW, breaker_opened_at_ms=NOW_MS, breaker_openings=1)
BEFORE = intent(created_at_ms=NOW_MS + MINUTE_MS - 1)
PROBE = intent(created_at_ms=NOW_MS + MINUTE_MS)
EXIT = intent(created_at_ms=NOW_MS + MINUTE_MS, kind=IntentKind.EXIT)


@pytest.mark.parametrize("other", [BEFORE, EXIT], ids=["an entry from before", "an exit"])
def test_what_is_no_probe_moves_no_open_breaker(other: Intent) -> None:
    assert after_success(OPENED, other) == OPENED
    assert after_failure(OPENED, other, NOW_MS + MINUTE_MS + 5) == OPENED


def test_a_probe_that_fills_closes_it_and_its_openings_are_forgotten() -> None:
    assert after_success(OPENED, PROBE) == Budget(FOLLOW)


def test_a_probe_that_fails_opens_it_for_another_minute() -> None:
    again = after_failure(OPENED, PROBE, NOW_MS + MINUTE_MS + 5)

    assert (again.breaker_opened_at_ms, again.breaker_openings) == (NOW_MS + MINUTE_MS + 5, 2)


@pytest.mark.parametrize(
    ("since_ms", "is_entry_under_way", "stops"),
    [(0, False, True), (59_999, False, True), (60_000, False, False), (60_000, True, True)],
)
def test_it_stops_entries_for_a_minute_and_then_beside_a_probe(
    since_ms: int, *, is_entry_under_way: bool, stops: bool
) -> None:
    found = stops_entries(OPENED, NOW_MS + since_ms, is_entry_under_way=is_entry_under_way)

    assert found is stops


def test_a_closed_one_stops_no_entry_beside_another() -> None:
    assert not stops_entries(Budget(FOLLOW), NOW_MS, is_entry_under_way=True)
