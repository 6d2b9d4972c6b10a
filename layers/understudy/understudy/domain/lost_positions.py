"""When a refused exit says that a position is the follow's no more, and what is left then. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.domain.intents import Accepted, Intent, Rejected
from understudy.domain.money import ZERO
from understudy.domain.replacing import replace

if TYPE_CHECKING:
    from understudy.domain.follows import Budget, Ledger
    from understudy.domain.markets import Market

POSITION_IS_GONE = "REDUCE_ONLY_FLAT"
TOO_SMALL = "MIN_NOTIONAL"


def is_lost(
    intent: Intent, outcome: Accepted | Rejected | None, ledger: Ledger, market: Market
) -> bool:
    """Say whether an outcome shows that what `ledger` holds is gone, or left to its owner.

    `ledger` is without the order itself. One that is still unknown may be what closed the position,
    or what the account holds more of.
    """
    if ledger.pending or not isinstance(outcome, Rejected):
        return False
    return outcome.kind == POSITION_IS_GONE or _is_left_to_its_owner(
        intent, outcome, ledger, market
    )


def _is_left_to_its_owner(
    intent: Intent, outcome: Rejected, ledger: Ledger, market: Market
) -> bool:
    """Say whether the rest of a close is too small for the venue, and always will be.

    A whole position may be smaller than the minimum: so the account holds more than the ledger, by
    its owner's hand.
    """
    asked_for_all = intent.reduce_only and intent.size >= abs(ledger.held) and not ledger.target
    is_small = market.below_minimum(intent.size, intent.limit_price)
    return asked_for_all and is_small and outcome.kind == TOO_SMALL


def forget_position(ledger: Ledger, budget: Budget) -> tuple[Ledger, Budget]:
    """Clear what the follow no longer holds; its profit follows from the account's fills."""
    cleared = replace(
        ledger,
        held=ZERO,
        target=ZERO,
        entry_notional=ZERO,
        margin=ZERO,
        exit_attempts=0,
        needs_operator=False,
        drift_since_ms=0,
        empty_since_ms=0,
        exit_pauses=0,
        exit_rests_until_ms=0,
        carried_since_ms=0,
        carried_price=ZERO,
    )
    return cleared, replace(budget, margin=budget.margin - ledger.margin)
