"""The venue's own figures in place of estimates, and what befell positions without an order. Pure.

A budget moves by the difference between what is booked and what the venue says, so that doing it
again changes nothing. What has no order is booked once by clocks that move with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from understudy.domain.account_history import FundingPayment, OwnFill
from understudy.domain.carrying import without_carry
from understudy.domain.follows import Budget, Ledger
from understudy.domain.intents import Intent, IntentState
from understudy.domain.lost_positions import forget_position
from understudy.domain.money import ZERO
from understudy.domain.replacing import replace
from understudy.domain.retrying import rested
from understudy.domain.settlement import closed


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


def after_liquidations(
    ledger: Ledger,
    budget: Budget,
    fills: Sequence[OwnFill],
    ordered: Sequence[OwnFill],
    *,
    until_ms: int,
    now_ms: int,
) -> tuple[Ledger, Budget]:
    """Book what the venue closed of a symbol by force, and give it up; `until_ms` is in it then.

    The budget takes all of it. What was closed beyond what was held was others', or gone already;
    `ordered` are the fills of the symbol's orders, which say how much that was.
    """
    budget = replace(
        budget,
        fees=budget.fees + sum((own.fee for own in fills), ZERO),
        realized=budget.realized + sum((own.closed_pnl for own in fills), ZERO),
    )
    size = min(abs(ledger.held), _forced_size(ledger, fills, ordered))
    if size:
        ledger, budget = _given_up(ledger, budget, size, now_ms)
    return replace(ledger, forced_until_ms=until_ms), budget


def wants_less(ledger: Ledger) -> bool:
    """Say whether something that is held is to be closed."""
    keeps = abs(ledger.target) if ledger.target * ledger.held > 0 else ZERO
    return abs(ledger.held) > keeps


def _forced_size(ledger: Ledger, fills: Sequence[OwnFill], ordered: Sequence[OwnFill]) -> Decimal:
    """Sum what was closed of the position that is held now, not of an earlier or opposite one."""
    sign, gone = (1 if ledger.held > 0 else -1), ZERO
    for each in sorted(fills, key=lambda own: own.fill.time_ms):
        time_ms = each.fill.time_ms
        is_earlier = time_ms <= ledger.flat_at_ms or time_ms < ledger.opened_at_ms
        if is_earlier or each.fill.side.sign == sign:
            continue
        since = (own.fill for own in ordered if own.fill.time_ms > time_ms)
        moved = sum((fill.size * fill.side.sign for fill in since), ZERO)
        gone += max(ZERO, min(each.fill.size, (ledger.held - moved) * sign - gone))
    return gone


def _given_up(ledger: Ledger, budget: Budget, size: Decimal, now_ms: int) -> tuple[Ledger, Budget]:
    """Take a size out of a position whose profit is booked; it is no wish to buy it back."""
    if size == abs(ledger.held):
        gone, budget = forget_position(ledger, budget)
        return replace(gone, entries_paused=False, flat_at_ms=now_ms), budget
    left, moved = closed(ledger, budget, size, ZERO)
    budget = replace(moved, realized=budget.realized)
    # Whether that was all that differed, the next comparison says; a rest is drift of its own.
    left = replace(left, drift_since_ms=0)
    if left.target * left.held > 0:
        left = without_carry(left)
    return (left if wants_less(left) else _at_rest(left)), budget


def _at_rest(ledger: Ledger) -> Ledger:
    """Forget the tries of an exit that has nothing left to close, and the call for help with it."""
    return replace(rested(ledger), exit_attempts=0, needs_operator=False)


def after_funding(budget: Budget, payments: Sequence[FundingPayment], until_ms: int) -> Budget:
    """Book funding; everything up to `until_ms` is in it then."""
    paid = sum((payment.amount for payment in payments), ZERO)
    return replace(budget, funding=budget.funding + paid, funding_until_ms=until_ms)
