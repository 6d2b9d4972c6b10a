"""The venue's own figures in place of estimates, and what befell positions without an order. Pure.

A budget moves by the difference between what is booked and what the venue says, so that doing it
again changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from understudy.domain.account_history import FundingPayment, OwnFill
from understudy.domain.follows import Budget
from understudy.domain.intents import Intent, IntentState
from understudy.domain.money import ZERO
from understudy.domain.replacing import replace


def is_estimated(intent: Intent) -> bool:
    """Say whether what an order cost and earned is still our own estimate."""
    return intent.state is IntentState.FILLED and not intent.fee_is_final


def with_venue_figures(
    intent: Intent, budget: Budget, fills: Sequence[OwnFill]
) -> tuple[Intent, Budget] | None:
    """Book an order's fee and profit as the venue has them; None while fills are missing."""
    if sum((own.fill.size for own in fills), ZERO) != intent.filled_size:
        return None
    fee = sum((own.fee for own in fills), ZERO)
    profit = sum((own.closed_pnl for own in fills), ZERO)
    booked = replace(
        budget,
        fees=budget.fees + (fee - intent.fee),
        realized=budget.realized + (profit - intent.closed_pnl),
    )
    built = sum((own.builder_fee for own in fills), ZERO)
    final = replace(intent, fee=fee, closed_pnl=profit, fee_is_final=True, builder_fee=built)
    return final, booked


def after_liquidations(budget: Budget, fills: Sequence[OwnFill], until_ms: int) -> Budget:
    """Book what the venue closed by force; everything up to `until_ms` is in it then."""
    return replace(
        budget,
        fees=budget.fees + sum((own.fee for own in fills), ZERO),
        realized=budget.realized + sum((own.closed_pnl for own in fills), ZERO),
        fills_until_ms=until_ms,
    )


def after_funding(budget: Budget, payments: Sequence[FundingPayment], until_ms: int) -> Budget:
    """Book funding; everything up to `until_ms` is in it then."""
    paid = sum((payment.amount for payment in payments), ZERO)
    return replace(budget, funding=budget.funding + paid, funding_until_ms=until_ms)
