"""The circuit breaker of a follow: closed, open for a minute, half-open for one probe at a time.

Any order that fails counts towards opening it. Once it is open, only the probe tells: an entry that
was decided on after the minute. Exits go out all the while and say nothing about entries.
"""

from __future__ import annotations

from understudy.domain.follows import Budget
from understudy.domain.intents import Intent, IntentKind
from understudy.domain.replacing import replace

FAILURES_TO_OPEN = 5
OPEN_MS = 60_000
OPENINGS_TO_PAUSE = 3


def stops_entries(budget: Budget, now_ms: int, *, is_entry_under_way: bool) -> bool:
    """Say whether entries are stopped: for a minute, and then while one is under way as a probe."""
    opened_ms = budget.breaker_opened_at_ms
    return bool(opened_ms) and (is_entry_under_way or now_ms < opened_ms + OPEN_MS)


def after_failure(budget: Budget, intent: Intent, now_ms: int) -> Budget:
    """Count a failure; the fifth in a row opens the breaker, a failed probe opens it again."""
    failures = budget.failures_in_row + 1
    if not _would_open(budget, intent, failures):
        return budget if budget.breaker_opened_at_ms else replace(budget, failures_in_row=failures)
    return replace(
        budget,
        failures_in_row=0,
        breaker_opened_at_ms=now_ms,
        breaker_openings=budget.breaker_openings + 1,
    )


def after_success(budget: Budget, intent: Intent) -> Budget:
    """End a row of failures; a probe that filled closes the breaker and forgets its openings."""
    if budget.breaker_opened_at_ms:
        return closed(budget) if _is_probe(budget, intent) else budget
    return replace(budget, failures_in_row=0) if budget.failures_in_row else budget


def closed(budget: Budget) -> Budget:
    """Give a budget whose breaker knows of no failure."""
    return replace(budget, failures_in_row=0, breaker_opened_at_ms=0, breaker_openings=0)


def must_pause(budget: Budget) -> bool:
    """Say whether the breaker has opened so often that the follow pauses."""
    return budget.breaker_openings >= OPENINGS_TO_PAUSE


def _would_open(budget: Budget, intent: Intent, failures: int) -> bool:
    if budget.breaker_opened_at_ms:
        return _is_probe(budget, intent)
    return failures >= FAILURES_TO_OPEN


def _is_probe(budget: Budget, intent: Intent) -> bool:
    half_open_ms = budget.breaker_opened_at_ms + OPEN_MS
    return intent.kind is IntentKind.ENTRY and intent.created_at_ms >= half_open_ms
