"""The decision about one trade: a new target and at most one order, or a typed reason. Pure."""

from __future__ import annotations

from decimal import Decimal

from understudy.domain import gates
from understudy.domain.carrying import (
    dated,
    undated,
    without_carry,
    without_late_carry,
    without_old_carry,
)
from understudy.domain.exits import decide_exit, exit_size, keeps_positions, order_exit
from understudy.domain.follows import FollowStatus, Ledger, WaitingOpen
from understudy.domain.intents import IntentKind
from understudy.domain.limits import CopyMode, SizingKind
from understudy.domain.markets import Market
from understudy.domain.money import ZERO, multiply, toward_zero
from understudy.domain.pace import entry_time, last_minute
from understudy.domain.plans import Decision, OrderPlan, worst_price
from understudy.domain.reasons import Reason
from understudy.domain.reducing import having_passed, reduced_target, without_missed
from understudy.domain.refusals import CORRECTION, compared
from understudy.domain.replacing import replace
from understudy.domain.situation import Situation
from understudy.domain.sizing import (
    PRICE_DECIMALS,
    EntrySize,
    entry_size,
    leverage_room,
    margin_of,
    wanted_size,
)
from understudy.domain.trades import Side, Trade, TradeKind

# How far the venue's clock, by which trades happen, may run behind ours, by which follows start.
CLOCKS_DIFFER_MS = 2_000


def decide(situation: Situation) -> Decision:
    """Decide about a trade that the follow has not seen."""
    trade, ledger = situation.trade, situation.ledger
    if trade.seq <= max(ledger.last_seq, situation.follow.start_seq):
        seen_seq = Decimal(max(ledger.last_seq, situation.follow.start_seq))
        return Decision(ledger, reason=Reason.SUPERSEDED, numbers={"last_seq": seen_seq})
    if situation.follow.status is FollowStatus.DELETED:
        return _refusal(situation, ledger, Reason.FOLLOW_PAUSED)
    enters = trade.kind in (TradeKind.OPEN, TradeKind.ADD)
    if enters and trade.correction:
        # Nobody knows when it came to be: it is recorded, and nothing else is touched.
        return Decision(ledger, reason=Reason.STALE, bound_by=CORRECTION)
    situation = without_missed(situation)
    if not enters:
        return _decide_reduction(situation)
    seen = replace(
        having_passed(situation.ledger, trade), exit_attempts=0, waiting=None, needs_operator=False
    )
    return decide_entry(replace(situation, ledger=seen), _increase_with(ledger.waiting, trade))


def _increase_with(waiting: WaitingOpen | None, trade: Trade) -> Decimal:
    """Give a trade's increase with the one that still waits: the newer trade takes it over."""
    adds_to_it = waiting is not None and waiting.trade.side is trade.side
    if waiting is None or not adds_to_it or trade.kind is not TradeKind.ADD:
        return trade.size
    return min(abs(trade.end_position), waiting.increase + trade.size)


def decide_entry(situation: Situation, increase: Decimal) -> Decision:
    """Decide about an increase of the leader's position by `increase` base units (unsigned).

    An entry never goes against what is held: that is closed first, and the entry waits for it.
    """
    trade, follow = situation.trade, situation.follow
    if trade.time_ms < follow.started_at_ms - CLOCKS_DIFFER_MS:
        numbers = {"started_at_ms": Decimal(follow.started_at_ms)}
        return Decision(situation.ledger, reason=Reason.SUPERSEDED, numbers=numbers)
    reason = gates.against_the_trade(situation, trade.side)
    if reason is not None:
        return _refused(situation, reason)
    own_side = trade.side.opposite if follow.limits.reverse else trade.side
    situation = _without_other_side(situation, own_side)
    if _stands_against(situation, own_side):
        return _close_first(situation, WaitingOpen(trade, increase))
    reason = gates.against_the_money(situation)
    if reason is not None:
        return _refused(situation, reason)
    return _sized_entry(situation, own_side, increase)


def _without_other_side(situation: Situation, own_side: Side) -> Situation:
    """Drop what was wanted on the other side: the leader has left it."""
    ledger = situation.ledger
    if ledger.target * own_side.sign >= 0:
        return situation
    left = replace(undated(ledger), target=ZERO)
    return replace(situation, ledger=left, ledgers={**situation.ledgers, left.symbol: left})


def _stands_against(situation: Situation, own_side: Side) -> bool:
    """Say whether a position on the other side must be closed before an order can go.

    While an order is unknown none goes, and in a slower mode none goes before the window's exit.
    """
    ledger = situation.ledger
    waits_anyway = ledger.pending or situation.mode is not CopyMode.REALTIME
    return ledger.held * own_side.sign < 0 and not waits_anyway


def _close_first(situation: Situation, waiting: WaitingOpen) -> Decision:
    """Close what is held, or may be, and let the entry wait until that is done."""
    decision = decide_exit(situation)
    if decision.order is None:
        return decision
    return replace(decision, ledger=replace(decision.ledger, waiting=waiting))


def _sized_entry(situation: Situation, own_side: Side, increase: Decimal) -> Decision:
    ledger = without_old_carry(situation)
    if ledger is not situation.ledger:
        situation = replace(situation, ledger=ledger)
    carried = abs(ledger.wanted_more)
    wanted = wanted_size(situation, increase)
    sized = entry_size(situation, wanted, carried, worst_price(situation, own_side))
    if leverage_room(situation) <= ZERO:
        return _without_room(situation, sized)
    return _enter(situation, own_side, sized, carried)


def decide_gap(situation: Situation, *, window_ends: bool = False) -> Decision:
    """Decide how to bring what is held to the target, without a new trade of the leader.

    A gap on the reducing side gives an exit. One on the increasing side gives an entry only when
    the window of a slower mode ends: any other increase that missed its time is over. What a
    stopped follow keeps is closed once its owner starts it again; what waited for that is over.
    """
    ledger = situation.ledger
    size = exit_size(ledger, situation.market)
    if size and keeps_positions(situation.follow, situation.switches):
        return _refusal(situation, replace(ledger, waiting=None), gates.kept_reason(situation))
    if size:
        return order_exit(situation, size)
    if not ledger.wanted_more or ledger.pending or not window_ends:
        return Decision(ledger, reason=Reason.NOTHING_TO_CLOSE)
    return _netted_entry(situation)


def decide_stop(situation: Situation) -> Decision:
    """Decide about a stop that finds nothing to close: why what was carried is not entered."""
    return _refusal(situation, situation.ledger, gates.stop_reason(situation))


def _refused(situation: Situation, reason: Reason) -> Decision:
    ledger = situation.ledger
    if reason is Reason.SAME_ENTRY:
        ledger = replace(ledger, entry_last_ms=situation.trade.time_ms)
    return _refusal(situation, ledger, reason)


def _refusal(situation: Situation, ledger: Ledger, reason: Reason) -> Decision:
    rule, numbers = compared(situation, reason)
    return Decision(ledger, reason=reason, bound_by=rule, numbers=numbers)


def _without_room(situation: Situation, sized: EntrySize) -> Decision:
    room = {
        "copied_notional": situation.copied_notional,
        "max_total_leverage": situation.follow.limits.max_total_leverage,
    }
    return Decision(
        situation.ledger,
        reason=Reason.LEVERAGE_NOT_ALLOWED,
        bound_by="max_total_leverage",
        numbers={**sized.numbers, **room},
    )


def _enter(situation: Situation, side: Side, sized: EntrySize, carried: Decimal) -> Decision:
    ledger, market, trade = situation.ledger, situation.market, situation.trade
    moved = _toward(ledger, side, sized, carried)
    asked = market.lot_size(sized.size)
    lots = min(asked, market.lot_size(abs(moved.wanted_more)))
    fixed = situation.follow.limits.sizing.kind is SizingKind.FIXED
    price = _least_price(situation, side)
    too_small = _is_too_small(lots, price, market)
    if too_small:
        sized = _compared_with_minimum(sized, multiply(lots, price), market)
    # What an exit has not closed yet is held for it: then it needs no order, however much it is.
    if _is_too_small(asked, price, market) and (sized.bound_by or fixed):
        return Decision(
            ledger, reason=Reason.BELOW_MIN_NOTIONAL, bound_by=sized.bound_by, numbers=sized.numbers
        )
    if fixed:
        moved = replace(moved, entry_last_ms=trade.time_ms, entry_side=trade.side)
    if too_small or ledger.pending or situation.mode is not CopyMode.REALTIME:
        carried_on = dated(moved, trade)
        return Decision(
            carried_on, reason=Reason.CARRIED, bound_by=sized.bound_by, numbers=sized.numbers
        )
    return _order_entry(situation, moved, side, lots, sized, at_ms=trade.time_ms)


def _is_too_small(lots: Decimal, price: Decimal, market: Market) -> bool:
    return not lots or market.below_minimum(lots, price)


def _compared_with_minimum(sized: EntrySize, notional: Decimal, market: Market) -> EntrySize:
    shown = toward_zero(notional, PRICE_DECIMALS)  # the mean price of several fills never ends
    compared_with = {"notional": shown, "min_notional": market.min_notional}
    return replace(sized, numbers={**sized.numbers, **compared_with})


def _least_price(situation: Situation, side: Side) -> Decimal:
    """Give the price at which the venue measures its minimum: the limit price, if that is lower."""
    return min(situation.trade.price, situation.entry_cap(side))


def _toward(ledger: Ledger, side: Side, sized: EntrySize, carried: Decimal) -> Ledger:
    return replace(ledger, target=ledger.target + (sized.size - carried) * side.sign)


def _order_entry(
    situation: Situation, ledger: Ledger, side: Side, lots: Decimal, sized: EntrySize, *, at_ms: int
) -> Decision:
    trade, cap = situation.trade, situation.entry_cap(side)
    margin = margin_of(lots, worst_price(situation, side), sized.leverage)
    reference = toward_zero(trade.price, PRICE_DECIMALS)
    plan = OrderPlan(IntentKind.ENTRY, side, lots, cap, sized.leverage, margin, reference)
    rest = undated(ledger)
    entries_ms = situation.budget.recent_entries_ms
    counts_ms = entry_time(entries_ms, at_ms)
    return Decision(
        dated(rest, trade) if sized.size > lots else rest,
        order=plan,
        bound_by=sized.bound_by,
        numbers={**sized.numbers, "margin": margin},
        recent_entries_ms=(*last_minute(entries_ms, counts_ms), counts_ms),
    )


def _netted_entry(situation: Situation) -> Decision:
    """Order what waited or slower modes collected; the gates of single trades do not apply again.

    How often is entered is asked again, as windows of several symbols may end within a minute, and
    whose the symbol is: what is carried owns nothing. What is too small for an order asks nothing
    of the account, and is carried on.
    What waited for an unknown order has no window: when it is too late for it, its receipt says so.
    """
    ledger, market = without_late_carry(situation), situation.market
    if situation.mode is CopyMode.REALTIME and not ledger.wanted_more:
        return Decision(ledger, reason=Reason.EXPIRED)
    situation = replace(situation, ledger=ledger)
    carried = abs(ledger.wanted_more)
    side = Side.of(ledger.wanted_more)
    reason = gates.standing(situation) or gates.ownership(situation)
    if not _is_too_small(market.lot_size(carried), _least_price(situation, side), market):
        reason = reason or gates.account(situation)
    if reason is not None:
        return _refusal(situation, without_carry(ledger), reason)
    sized = entry_size(situation, ZERO, carried, worst_price(situation, side))
    lots = market.lot_size(sized.size)
    if _is_too_small(lots, _least_price(situation, side), market):
        return Decision(ledger, reason=Reason.CARRIED)
    at_ms = max(situation.trade.time_ms, situation.now_ms)
    reason = gates.pace(situation, at_ms)
    if reason is not None:
        return _refusal(situation, without_carry(ledger), reason)
    moved = _toward(ledger, side, sized, carried)
    return _order_entry(situation, moved, side, lots, sized, at_ms=at_ms)


def _decide_reduction(situation: Situation) -> Decision:
    trade, keeps = situation.trade, keeps_positions(situation.follow, situation.switches)
    before = situation.ledger
    # The leader turns back: what was not entered yet never will be, though what is held is kept.
    ledger = without_carry(before) if keeps else before
    target = ledger.target if keeps else reduced_target(trade, before, situation.market)
    ledger = replace(
        having_passed(ledger, trade),
        target=target,
        exit_attempts=0,
        waiting=None,
        needs_operator=False,
        entry_side=None,
        entry_last_ms=0,
    )
    if keeps:
        return _refusal(situation, ledger, gates.kept_reason(situation))
    if not ledger.wanted_more:
        ledger = undated(ledger)
    situation = replace(
        situation, ledger=ledger, ledgers={**situation.ledgers, trade.symbol: ledger}
    )
    if trade.kind is not TradeKind.FLIP or trade.correction:
        return decide_exit(situation)
    if situation.mode is CopyMode.REALTIME and (ledger.held or ledger.pending_entry_size):
        return _close_first(situation, WaitingOpen(trade, abs(trade.end_position)))
    return decide_entry(situation, abs(trade.end_position))
