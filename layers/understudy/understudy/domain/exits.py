"""Exits: they pass every gate, never exceed what is held, and widen their price until filled."""

from __future__ import annotations

from decimal import Decimal

from understudy.domain.follows import Follow, FollowStatus, Ledger, Switches
from understudy.domain.intents import IntentKind
from understudy.domain.limits import CopyMode, OnStop
from understudy.domain.markets import Market
from understudy.domain.money import ZERO
from understudy.domain.plans import Decision, OrderPlan
from understudy.domain.reasons import Reason
from understudy.domain.refusals import compared
from understudy.domain.replacing import replace
from understudy.domain.situation import Situation
from understudy.domain.trades import Side

WIDEST_CLOSE_BPS = 500
CLOSE_STEP_BPS = 100
YOUNG_TRADE_MS = 1_000
STEPS_TO_WIDEST = WIDEST_CLOSE_BPS // CLOSE_STEP_BPS


def exit_size(ledger: Ledger, market: Market) -> Decimal:
    """Give the unsigned size that is held and not wanted: the held size less the target's lots."""
    if not ledger.held:
        return ZERO
    same_way = bool(ledger.target) and (ledger.target > 0) == (ledger.held > 0)
    keep = market.lot_size(abs(ledger.target)) if same_way else ZERO
    return max(ZERO, abs(ledger.held) - keep)


def keeps_positions(follow: Follow, switches: Switches) -> bool:
    """Say whether the follow has stopped and its owner wants positions kept as they are."""
    stopped = follow.status is not FollowStatus.ACTIVE or switches.copy_disabled
    return stopped and follow.limits.on_stop is OnStop.KEEP


def decide_exit(situation: Situation) -> Decision:
    """Decide about what is held beyond the target.

    A close asks for everything, an unknown entry included: the venue caps a reduce-only order at
    the position. A reduction leaves to an unknown exit what that one may have sold. A slower mode
    leaves the exit to the end of its window.
    """
    ledger = situation.ledger
    size = max(ZERO, exit_size(ledger, situation.market) - ledger.pending_exit_size)
    if not ledger.target:
        size = abs(ledger.held + ledger.pending_entry_size)
    if not size:
        reason = Reason.CARRIED if ledger.target else Reason.NOTHING_TO_CLOSE
        numbers = {"held": ledger.held, "target": ledger.target}
        return Decision(ledger, reason=reason, numbers=numbers)
    if situation.mode is not CopyMode.REALTIME:
        return Decision(ledger, reason=Reason.CARRIED)
    return order_exit(situation, size)


def order_exit(situation: Situation, size: Decimal) -> Decision:
    """Plan the reduce-only order for `size` base units, or say what stops it."""
    ledger, reference = situation.ledger, _reference(situation)
    side = Side.of(-(ledger.held or ledger.pending_entry_size))
    widened = situation.follow.limits.close_slippage_bps + CLOSE_STEP_BPS * ledger.exit_attempts
    cap = situation.market.limit_price(reference, side, min(WIDEST_CLOSE_BPS, widened))
    reason = _blocked(situation)
    if reason is not None:
        rule, numbers = compared(situation, reason)
        over = replace(ledger, waiting=None)  # what waited for this exit is over with it
        return Decision(over, reason=reason, bound_by=rule, numbers=numbers)
    # The venue measures its minimum at the limit price; only a whole position may be smaller.
    keeps_some = ledger.target * ledger.held > 0
    if keeps_some and situation.market.below_minimum(size, cap):
        smallest = {"notional": size * cap, "min_notional": situation.market.min_notional}
        return Decision(ledger, reason=Reason.CARRIED, numbers=smallest)
    leverage = ledger.leverage or 1
    plan = OrderPlan(IntentKind.EXIT, side, size, cap, leverage, ZERO, reference)
    return Decision(ledger, order=plan)


def _blocked(situation: Situation) -> Reason | None:
    """Give what stops even an exit: the authority, or the user's own kill switch."""
    if situation.switches.authority_revoked:
        return Reason.SIGNING_UNAVAILABLE
    return Reason.KILL_SWITCH if situation.switches.kill_user else None


def _reference(situation: Situation) -> Decimal:
    """Give the price an exit starts from: the trade's while that is young, then the newest mark."""
    trade, ledger, marks = situation.trade, situation.ledger, situation.marks
    marked_ms = marks.at_ms.get(trade.symbol, 0)
    is_first = not (ledger.exit_attempts or ledger.exit_pauses)
    if is_first and marked_ms - trade.seen_at_ms <= YOUNG_TRADE_MS:
        return trade.last_price
    return marks.prices.get(trade.symbol, trade.last_price)
