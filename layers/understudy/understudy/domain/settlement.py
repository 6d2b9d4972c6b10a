"""What an outcome does to the books: held moves by evidence only, reserves are trued up. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from understudy.domain import breaker, drawdown, retrying
from understudy.domain.carrying import without_carry
from understudy.domain.exits import STEPS_TO_WIDEST
from understudy.domain.follows import Budget, Follow, FollowStatus, Ledger, PauseReason
from understudy.domain.holding import dated
from understudy.domain.intents import Accepted, Intent, IntentKind, IntentState, Rejected
from understudy.domain.limits import DrawdownBasis
from understudy.domain.lost_positions import forget_position, is_lost
from understudy.domain.markets import Market
from understudy.domain.money import ZERO, divide, multiply, toward_zero
from understudy.domain.replacing import replace
from understudy.domain.sizing import margin_of

MONEY_DECIMALS = 12

# Answers that say something about the market or the position, not about the follow's health.
HARMLESS_REJECTIONS = frozenset(
    {
        "NO_MATCH",
        "NO_LIQUIDITY",
        "REDUCE_ONLY_FLAT",
        "MIN_NOTIONAL",
        "POST_ONLY_PERIOD",
        retrying.RATE_LIMITED,
    }
)


@dataclass(frozen=True)
class Settled:
    """The records as an outcome leaves them."""

    intent: Intent
    ledger: Ledger
    budget: Budget
    follow: Follow | None = None


def settle(
    intent: Intent,
    outcome: Accepted | Rejected | None,
    ledger: Ledger,
    budget: Budget,
    *,
    market: Market,
    now_ms: int,
) -> Settled:
    """Apply the evidence about a pinned order; None means that it never took effect in its time."""
    if isinstance(outcome, Accepted) and outcome.filled_size:
        settled = _filled(intent, outcome, ledger, budget, market.taker_fee)
    else:
        if counts_as_failure(outcome):
            budget = breaker.after_failure(budget, intent, now_ms)
        settled = _not_filled(intent, outcome, ledger, budget, market, now_ms)
    after = dated(ledger, settled.ledger, opened_at_ms=intent.created_at_ms, now_ms=now_ms)
    return replace(settled, ledger=after)


def paused_by(follow: Follow, budget: Budget, cause: PauseReason | None = None) -> Follow | None:
    """Give the follow paused by a cause, or as its drawdown or breaker demands it, else None."""
    if follow.status is not FollowStatus.ACTIVE:
        return None
    if cause is not None:
        return _paused(follow, cause)
    readings = budget.drawdown_readings
    if follow.limits.drawdown_basis is DrawdownBasis.REALIZED:
        readings = drawdown.readings_after(follow.limits, 0, budget.pnl)
    if drawdown.stops(follow.limits, readings):
        stopped = _paused(follow, PauseReason.DRAWDOWN_STOP)
        return replace(stopped, realized_at_stop=budget.pnl)
    if breaker.must_pause(budget):
        return _paused(follow, PauseReason.BREAKER)
    return None


def _paused(follow: Follow, reason: PauseReason) -> Follow:
    return replace(follow, status=FollowStatus.PAUSED, pause_reason=reason)


def _filled(
    intent: Intent, outcome: Accepted, ledger: Ledger, budget: Budget, taker_fee: Decimal
) -> Settled:
    filled, price = outcome.filled_size, _money(outcome.average_price)
    fee = outcome.fee
    if fee is None:
        fee = _money(multiply(filled, price, taker_fee))
    done = replace(
        intent,
        state=IntentState.FILLED,
        filled_size=filled,
        average_price=price,
        fee=fee,
        order_id=outcome.order_id,
    )
    # Whoever read the position before says nothing about it now.
    ledger = replace(_without_pending(ledger, intent), empty_since_ms=0)
    realized = budget.realized
    budget = replace(breaker.after_success(budget, intent), fees=budget.fees + fee)
    if intent.kind is IntentKind.ENTRY:
        ledger, budget = _entered(done, ledger, _released(budget, intent))
    else:
        ledger, budget = _reduced(done, ledger, budget)
    return Settled(replace(done, closed_pnl=budget.realized - realized), ledger, budget)


def _entered(intent: Intent, ledger: Ledger, budget: Budget) -> tuple[Ledger, Budget]:
    price, sign = intent.average_price, intent.side.sign
    # No entry goes against what is held; what the venue nevertheless shows so closed that first.
    against = min(abs(ledger.held), intent.filled_size) if ledger.held * sign < 0 else ZERO
    if against:
        ledger, budget = closed(ledger, budget, against, price)
    size = intent.filled_size - against
    margin = margin_of(size, price, intent.leverage)
    # An exit that rests was refused for what was held before: this one's was not asked for yet. One
    # under way may be refused, or was, before this one came.
    ledger = replace(
        retrying.rested(ledger),
        pending=tuple(replace(p, is_overtaken=p.reduce_only) for p in ledger.pending),
        held=ledger.held + size * sign,
        entry_notional=ledger.entry_notional + _money(multiply(size, price)),
        margin=ledger.margin + margin,
        leverage=intent.leverage,
        exit_attempts=0,
    )
    if intent.filled_size < intent.size:
        ledger = without_carry(ledger)
    budget = replace(budget, margin=budget.margin + margin)
    return _with_presold(ledger, budget)


def _with_presold(ledger: Ledger, budget: Budget) -> tuple[Ledger, Budget]:
    """Set what an exit has closed beyond what was held against what an entry filled."""
    if not ledger.presold:
        return ledger, budget
    size, price = min(ledger.presold, abs(ledger.held)), ledger.presold_price
    left = ledger.presold - size if ledger.pending_entry_size else ZERO
    return closed(replace(ledger, presold=left), budget, size, price)


def _reduced(intent: Intent, ledger: Ledger, budget: Budget) -> tuple[Ledger, Budget]:
    size = min(intent.filled_size, abs(ledger.held))
    ledger = _presold(ledger, intent.filled_size - size, intent.average_price)
    if not size:
        return ledger, budget
    ledger, budget = closed(ledger, budget, size, intent.average_price)
    # What made progress widens the price, and is no step towards giving up.
    attempts = min(ledger.exit_attempts + 1, STEPS_TO_WIDEST) if ledger.held else 0
    return replace(retrying.rested(ledger), exit_attempts=attempts), budget


def _presold(ledger: Ledger, surplus: Decimal, price: Decimal) -> Ledger:
    """Note what was closed of entries that are still unknown, added to what was before."""
    surplus = min(surplus, abs(ledger.pending_entry_size) - ledger.presold)
    if surplus <= ZERO:
        return ledger
    size = ledger.presold + surplus
    paid = multiply(ledger.presold, ledger.presold_price) + multiply(surplus, price)
    return replace(ledger, presold=size, presold_price=_money(divide(paid, size)))


def closed(ledger: Ledger, budget: Budget, size: Decimal, price: Decimal) -> tuple[Ledger, Budget]:
    """Take `size` base units (at most what is held) out of a position at a price."""
    sign = 1 if ledger.held > 0 else -1
    kept = abs(ledger.held) - size
    entry_notional = _share(ledger.entry_notional, kept, ledger.held)
    margin = _share(ledger.margin, kept, ledger.held)
    profit = (_money(multiply(size, price)) - (ledger.entry_notional - entry_notional)) * sign
    moved = replace(
        ledger,
        held=kept * sign if kept else ZERO,
        entry_notional=entry_notional,
        margin=margin,
    )
    budget = replace(
        budget,
        realized=budget.realized + profit,
        margin=budget.margin - (ledger.margin - margin),
    )
    return moved, budget


def _not_filled(
    intent: Intent,
    outcome: Accepted | Rejected | None,
    ledger: Ledger,
    budget: Budget,
    market: Market,
    now_ms: int,
) -> Settled:
    done = _ended_in_vain(intent, outcome)
    is_overtaken = any(p.is_overtaken for p in ledger.pending if p.intent_id == intent.intent_id)
    ledger = _without_pending(ledger, intent)
    if intent.kind is IntentKind.ENTRY:
        ledger, budget = without_carry(ledger), _released(budget, intent)
        if not (isinstance(outcome, Rejected) and counts_as_failure(outcome)):
            # Nothing was paid, and a later trade of the same entry may find what this one did not.
            ledger = replace(ledger, entry_side=None, entry_last_ms=0)
        if not ledger.pending_entry_size:
            ledger = replace(ledger, presold=ZERO)
    else:
        ledger = _after_exit_in_vain(ledger, outcome, now_ms)
    if not is_overtaken and is_lost(intent, outcome, ledger, market):
        ledger, budget = forget_position(ledger, budget)
    return Settled(done, ledger, budget)


def _after_exit_in_vain(ledger: Ledger, outcome: Accepted | Rejected | None, now_ms: int) -> Ledger:
    """Count an attempt, or let the exit rest where the refusal says nothing about it."""
    if retrying.is_agent_gone(outcome, reduce_only=True):
        return retrying.handed_over(ledger, now_ms)
    if retrying.passes_by_itself(outcome):
        return retrying.paused(ledger, outcome, now_ms)
    return replace(retrying.rested(ledger), exit_attempts=ledger.exit_attempts + 1)


def counts_as_failure(outcome: Accepted | Rejected | None) -> bool:
    """Say whether an outcome speaks against the follow's health."""
    if isinstance(outcome, Rejected):
        return not retrying.is_the_signers(outcome) and outcome.kind not in HARMLESS_REJECTIONS
    return outcome is None


def _ended_in_vain(intent: Intent, outcome: Accepted | Rejected | None) -> Intent:
    if isinstance(outcome, Rejected):
        return refused(intent, outcome)
    state = IntentState.EXPIRED if outcome is None else IntentState.UNFILLED
    return replace(intent, state=state, answer="", fee_is_final=True)


def refused(intent: Intent, outcome: Rejected) -> Intent:
    """Give a pinned action as its refusal ends it."""
    return replace(
        intent,
        state=IntentState.REJECTED,
        answer=outcome.text,
        refusal=outcome.kind,
        fee_is_final=True,
    )


def _without_pending(ledger: Ledger, intent: Intent) -> Ledger:
    rest = tuple(p for p in ledger.pending if p.intent_id != intent.intent_id)
    return replace(ledger, pending=rest)


def _released(budget: Budget, intent: Intent) -> Budget:
    return replace(budget, reserved=budget.reserved - intent.margin)


def _share(amount: Decimal, kept: Decimal, held: Decimal) -> Decimal:
    if not kept:
        return ZERO
    return _money(divide(multiply(amount, kept), abs(held)))


def _money(value: Decimal) -> Decimal:
    return toward_zero(value, MONEY_DECIMALS)
