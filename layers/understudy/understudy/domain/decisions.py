"""The decision about one trade: a new target and at most one order, or a typed reason. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from understudy.domain import gates
from understudy.domain.follows import FollowStatus, Ledger
from understudy.domain.intents import IntentKind
from understudy.domain.limits import CopyMode, OnStop, SizingKind
from understudy.domain.markets import Market
from understudy.domain.money import BASIS_POINT, ONE, ZERO, divide, multiply, toward_zero
from understudy.domain.pace import last_minute
from understudy.domain.reasons import Reason
from understudy.domain.situation import Situation
from understudy.domain.sizing import (
    SLICE_DECIMALS,
    EntrySize,
    entry_size,
    leverage_room,
    margin_of,
    wanted_size,
)
from understudy.domain.trades import Side, Trade, TradeKind

CARRY_TTL_MS = 300_000
WIDEST_CLOSE_BPS = 500
CLOSE_STEP_BPS = 100
MARGIN_CALL = "margin"


@dataclass(frozen=True, slots=True)
class OrderPlan:
    """An order to pin: unsigned size in base units, a limit price that is a valid tick."""

    kind: IntentKind
    side: Side
    size: Decimal
    limit_price: Decimal
    leverage: int
    margin: Decimal
    reference_price: Decimal

    @property
    def reduce_only(self) -> bool:
        """Say whether the order may only shrink a position."""
        return self.kind is IntentKind.EXIT


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do about a trade: the ledger as it becomes, an order or the reason for none.

    `opens_after_close` says that the trade's open leg waits for the close leg.
    """

    ledger: Ledger
    order: OrderPlan | None = None
    reason: Reason | None = None
    bound_by: str = ""
    numbers: Mapping[str, Decimal] = field(default_factory=dict)
    opens_after_close: bool = False
    recent_entries_ms: tuple[int, ...] | None = None


def decide(situation: Situation) -> Decision:
    """Decide about a trade that the follow has not seen."""
    trade, ledger = situation.trade, situation.ledger
    if trade.seq <= max(ledger.last_seq, situation.follow.start_seq):
        return Decision(ledger, reason=Reason.SUPERSEDED)
    seen = replace(ledger, last_seq=trade.seq, exit_attempts=0, waiting=None)
    situation = replace(situation, ledger=seen)
    if trade.kind in (TradeKind.OPEN, TradeKind.ADD):
        return decide_entry(situation, trade.size)
    return _decide_reduction(situation)


def decide_entry(situation: Situation, increase: Decimal) -> Decision:
    """Decide about an increase of the leader's position by `increase` base units (unsigned)."""
    side = situation.trade.side
    reason = gates.first_refusal(situation, side)
    if reason is not None:
        return _refused(situation, reason, side)
    ledger = _without_old_carry(situation)
    situation = replace(situation, ledger=ledger)
    own_side = side if situation.follow.limits.direction > 0 else side.opposite
    carried = abs(ledger.wanted_more)
    sized = entry_size(situation, wanted_size(situation, increase), carried)
    if leverage_room(situation) <= ZERO:
        return Decision(ledger, reason=Reason.LEVERAGE_NOT_ALLOWED, numbers=sized.numbers)
    return _entry(situation, own_side, sized, carried)


def decide_gap(situation: Situation) -> Decision:
    """Decide how to bring what is held to the target, without a new trade of the leader.

    A gap on the reducing side gives an exit at the mark; one on the increasing side (the netted
    trades of a slower mode) gives an entry that must still pass every gate.
    """
    ledger = situation.ledger
    if exit_size(ledger, situation.market):
        return _exit(situation, ledger)
    if not ledger.wanted_more or situation.mode is CopyMode.REALTIME:
        return Decision(ledger, reason=Reason.NOTHING_TO_CLOSE)
    return _netted_entry(situation)


def exit_size(ledger: Ledger, market: Market) -> Decimal:
    """Give the unsigned size that is held and not wanted: the held size less the target's lots."""
    if not ledger.held:
        return ZERO
    same_way = bool(ledger.target) and (ledger.target > 0) == (ledger.held > 0)
    keep = market.lot_size(abs(ledger.target)) if same_way else ZERO
    return max(ZERO, abs(ledger.held) - keep)


def exit_blocked(situation: Situation) -> Reason | None:
    """Give what stops even an exit: the authority, the user's own kill switch, a stop that keeps."""
    if situation.switches.authority_revoked:
        return Reason.SIGNING_UNAVAILABLE
    if situation.switches.kill_user:
        return Reason.KILL_SWITCH
    return None


def _refused(situation: Situation, reason: Reason, side: Side) -> Decision:
    ledger = situation.ledger
    if reason is Reason.SAME_ENTRY:
        ledger = replace(ledger, entry_last_ms=situation.trade.time_ms, entry_side=side)
    return Decision(ledger, reason=reason)


def _without_old_carry(situation: Situation) -> Ledger:
    """Drop an unordered part of the target that is too old or whose price has moved away."""
    ledger, trade = situation.ledger, situation.trade
    if not ledger.carried_since_ms:
        return ledger
    band = multiply(ledger.carried_price, Decimal(situation.follow.limits.slippage_bps), BASIS_POINT)
    moved = abs(trade.last_price - ledger.carried_price) > band
    if not moved and trade.time_ms - ledger.carried_since_ms <= CARRY_TTL_MS:
        return ledger
    return without_carry(ledger)


def without_carry(ledger: Ledger) -> Ledger:
    """Take the part of the target that was never ordered back."""
    target = ledger.target - ledger.wanted_more
    return replace(ledger, target=target, carried_since_ms=0, carried_price=ZERO)


def _entry(situation: Situation, side: Side, sized: EntrySize, carried: Decimal) -> Decision:
    ledger, market, trade = situation.ledger, situation.market, situation.trade
    lots = market.lot_size(sized.size)
    follows_every_trade = situation.follow.limits.sizing.kind is not SizingKind.FIXED
    too_small = not lots or market.below_minimum(lots, trade.price)
    if too_small and (sized.bound_by or not follows_every_trade):
        return Decision(
            ledger, reason=Reason.BELOW_MIN_NOTIONAL, bound_by=sized.bound_by, numbers=sized.numbers
        )
    waits = bool(ledger.pending) or situation.mode is not CopyMode.REALTIME
    moved = _with_target(situation, side, sized, carried)
    if too_small or waits:
        return Decision(
            _dated(moved, trade), reason=Reason.CARRIED, bound_by=sized.bound_by,
            numbers=sized.numbers,
        )
    return _entry_order(situation, moved, side, lots, sized)


def _with_target(
    situation: Situation, side: Side, sized: EntrySize, carried: Decimal
) -> Ledger:
    ledger = situation.ledger
    target = ledger.target + (sized.size - carried) * side.sign
    return replace(ledger, target=target, **_paid_entry(situation))


def _paid_entry(situation: Situation) -> dict[str, object]:
    if situation.follow.limits.sizing.kind is not SizingKind.FIXED:
        return {}
    return {"entry_last_ms": situation.trade.time_ms, "entry_side": situation.trade.side}


def _dated(ledger: Ledger, trade: Trade) -> Ledger:
    if ledger.carried_since_ms:
        return ledger
    return replace(ledger, carried_since_ms=trade.time_ms, carried_price=trade.last_price)


def _entry_order(
    situation: Situation, ledger: Ledger, side: Side, lots: Decimal, sized: EntrySize
) -> Decision:
    trade, limits = situation.trade, situation.follow.limits
    cap = _limit_price(situation, trade.price, side, limits.slippage_bps)
    margin = margin_of(lots, trade.price, sized.leverage)
    plan = OrderPlan(IntentKind.ENTRY, side, lots, cap, sized.leverage, margin, trade.price)
    rest = sized.size - lots
    ledger = replace(
        ledger,
        carried_since_ms=trade.time_ms if rest else 0,
        carried_price=trade.last_price if rest else ZERO,
    )
    recent = (*last_minute(situation.budget.recent_entries_ms, trade.time_ms), trade.time_ms)
    return Decision(
        ledger,
        order=plan,
        bound_by=sized.bound_by,
        numbers={**sized.numbers, MARGIN_CALL: margin},
        recent_entries_ms=recent,
    )


def _netted_entry(situation: Situation) -> Decision:
    """Order the part of the target that slower modes collected; no gate of single trades applies."""
    ledger = _without_old_carry(situation)
    situation = replace(situation, ledger=ledger)
    reason = gates.stopped(situation) or gates.switched_off(situation) or gates.account(situation)
    if reason is not None:
        return Decision(without_carry(ledger), reason=reason)
    carried = abs(ledger.wanted_more)
    sized = entry_size(situation, ZERO, carried)
    lots = situation.market.lot_size(sized.size)
    if not lots or situation.market.below_minimum(lots, situation.trade.price):
        return Decision(ledger, reason=Reason.CARRIED)
    side = Side.of(ledger.wanted_more)
    cut = replace(ledger, target=ledger.target + (sized.size - carried) * side.sign)
    return _entry_order(situation, cut, side, lots, sized)


def _decide_reduction(situation: Situation) -> Decision:
    trade, ledger = situation.trade, situation.ledger
    ledger = replace(ledger, entry_side=None, entry_last_ms=0)
    if _keeps(situation):
        return Decision(ledger, reason=gates.stopped(situation) or Reason.COPY_DISABLED)
    flips = trade.kind is TradeKind.FLIP
    ledger = replace(ledger, target=_reduced_target(situation))
    if not ledger.target:
        ledger = replace(ledger, carried_since_ms=0, carried_price=ZERO)
    if flips and not (ledger.held or ledger.pending):
        return decide_entry(replace(situation, ledger=ledger), abs(trade.end_position))
    situation = replace(situation, ledger=ledger)
    decision = _exit(situation, ledger)
    if not flips or situation.mode is CopyMode.REALTIME:
        return replace(decision, opens_after_close=flips)
    return decide_entry(situation, abs(trade.end_position))


def _keeps(situation: Situation) -> bool:
    stopped = situation.follow.status is not FollowStatus.ACTIVE or situation.switches.copy_disabled
    return stopped and situation.follow.limits.on_stop is OnStop.KEEP


def _reduced_target(situation: Situation) -> Decimal:
    """Shrink the target as the leader's position shrank; a rest below the minimum goes too."""
    trade, ledger, market = situation.trade, situation.ledger, situation.market
    if trade.kind is not TradeKind.REDUCE:
        return ZERO
    kept = divide(multiply(ledger.target, trade.end_position), trade.start_position)
    target = toward_zero(kept, market.size_decimals + SLICE_DECIMALS)
    if ledger.held and market.below_minimum(market.lot_size(target), trade.price):
        return ZERO
    return target


def _exit(situation: Situation, ledger: Ledger) -> Decision:
    market = situation.market
    size = exit_size(ledger, market)
    everything = not ledger.target
    if everything:
        size = abs(ledger.held + ledger.pending_entry_size)
    if not size:
        reason = Reason.NOTHING_TO_CLOSE if everything else Reason.CARRIED
        return Decision(ledger, reason=reason)
    if situation.mode is not CopyMode.REALTIME:
        return Decision(ledger, reason=Reason.CARRIED)
    return exit_order(situation, ledger, size)


def exit_order(situation: Situation, ledger: Ledger, size: Decimal) -> Decision:
    """Plan the reduce-only order for `size` base units, or say what stops it."""
    market, reference = situation.market, exit_reference(situation)
    partial = bool(ledger.target)
    if partial and market.below_minimum(size, reference):
        return Decision(ledger, reason=Reason.CARRIED)
    blocked = exit_blocked(situation)
    if blocked is not None:
        return Decision(ledger, reason=blocked)
    held = ledger.held or ledger.pending_entry_size
    side = Side.of(-held)
    bps = min(
        WIDEST_CLOSE_BPS,
        situation.follow.limits.close_slippage_bps + CLOSE_STEP_BPS * ledger.exit_attempts,
    )
    cap = _limit_price(situation, reference, side, bps)
    plan = OrderPlan(IntentKind.EXIT, side, size, cap, ledger.leverage or 1, ZERO, reference)
    return Decision(ledger, order=plan)


def exit_reference(situation: Situation) -> Decimal:
    """Give the price an exit starts from: the trade's at first, then the newest mark."""
    trade = situation.trade
    if not situation.ledger.exit_attempts:
        return trade.last_price
    return situation.marks.prices.get(trade.symbol, trade.last_price)


def _limit_price(situation: Situation, price: Decimal, side: Side, bps: int) -> Decimal:
    factor = ONE + multiply(Decimal(bps * side.sign), BASIS_POINT)
    return situation.market.capped_price(multiply(price, factor), side)
