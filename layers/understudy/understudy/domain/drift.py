"""When what the venue holds is not what the ledger holds: phantoms are cleared, the rest waits."""

from __future__ import annotations

from decimal import Decimal

from understudy.domain.follows import Budget, Ledger
from understudy.domain.lost_positions import forget_position
from understudy.domain.replacing import replace

PHANTOM_AFTER_MS = 30_000


def after_reading(
    ledger: Ledger, budget: Budget, live: Decimal, now_ms: int
) -> tuple[Ledger, Budget]:
    """Compare a ledger without orders under way with the position that the venue shows.

    A position that is gone twice, 30 s apart and with no other reading between, is a phantom and
    is cleared. Any other difference stops the symbol's entries until both agree again. A ledger
    that holds nothing has no part in what the account holds: it is others'.
    """
    if ledger.pending:
        return replace(ledger, empty_since_ms=0), budget
    if ledger.held == live or not ledger.held:
        return _agreeing(ledger), budget
    differs = replace(ledger, drift_since_ms=ledger.drift_since_ms or now_ms)
    if live:
        return replace(differs, entries_paused=True, empty_since_ms=0), budget
    if not ledger.empty_since_ms or now_ms - ledger.empty_since_ms < PHANTOM_AFTER_MS:
        return replace(differs, empty_since_ms=ledger.empty_since_ms or now_ms), budget
    cleared, budget = forget_position(ledger, budget)
    cleared = replace(cleared, phantoms=ledger.phantoms + 1, entries_paused=False)
    return replace(cleared, flat_at_ms=now_ms), budget


def _agreeing(ledger: Ledger) -> Ledger:
    if not (ledger.drift_since_ms or ledger.empty_since_ms or ledger.entries_paused):
        return ledger
    return replace(ledger, drift_since_ms=0, empty_since_ms=0, entries_paused=False)
