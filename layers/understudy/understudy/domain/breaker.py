"""The circuit breaker of a follow: closed, open for a minute, half-open for one probe."""

from __future__ import annotations

from understudy.domain.follows import Budget
from understudy.domain.replacing import replace

FAILURES_TO_OPEN = 5
OPEN_MS = 60_000
OPENINGS_TO_PAUSE = 3


def is_open(budget: Budget, now_ms: int) -> bool:
    """Say whether entries are stopped; after a minute one entry may probe."""
    return bool(budget.breaker_opened_at_ms) and now_ms < budget.breaker_opened_at_ms + OPEN_MS


def after_failure(budget: Budget, now_ms: int) -> Budget:
    """Count a failure; the fifth in a row opens the breaker, a failed probe opens it again."""
    failures = budget.failures_in_row + 1
    probing = bool(budget.breaker_opened_at_ms)
    if failures < FAILURES_TO_OPEN and not probing:
        return replace(budget, failures_in_row=failures)
    return replace(
        budget,
        failures_in_row=0,
        breaker_opened_at_ms=now_ms,
        breaker_openings=budget.breaker_openings + 1,
    )


def after_success(budget: Budget) -> Budget:
    """Close the breaker and forget its openings."""
    if not (budget.failures_in_row or budget.breaker_opened_at_ms or budget.breaker_openings):
        return budget
    return replace(budget, failures_in_row=0, breaker_opened_at_ms=0, breaker_openings=0)


def must_pause(budget: Budget) -> bool:
    """Say whether the breaker has opened so often that the follow pauses."""
    return budget.breaker_openings >= OPENINGS_TO_PAUSE
