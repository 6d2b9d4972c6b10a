"""When what the venue holds is not what the ledger holds: phantoms are cleared, the rest waits."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from understudy.domain.follows import Budget, Ledger
from understudy.domain.settlement import forget_position

PHANTOM_AFTER_MS = 30_000


def after_reading(
    ledger: Ledger, budget: Budget, live: Decimal, now_ms: int
) -> tuple[Ledger, Budget]:
    """Compare a ledger without orders under way with the position that the venue shows.

    A position that is gone twice, 30 s apart, is a phantom and is cleared. Any other difference
    stops the symbol's entries until both agree again.
    """
    if ledger.pending:
        return ledger, budget
    if ledger.held == live:
        return replace(ledger, drift_since_ms=0, entries_paused=False), budget
    if live or not ledger.held:
        return replace(ledger, entries_paused=True, drift_since_ms=_since(ledger, now_ms)), budget
    if not ledger.drift_since_ms or now_ms - ledger.drift_since_ms < PHANTOM_AFTER_MS:
        return replace(ledger, drift_since_ms=_since(ledger, now_ms)), budget
    cleared, budget = forget_position(ledger, budget)
    cleared = replace(cleared, phantoms=ledger.phantoms + 1, entries_paused=False)
    return replace(cleared, flat_at_ms=now_ms), budget


def _since(ledger: Ledger, now_ms: int) -> int:
    return ledger.drift_since_ms or now_ms
