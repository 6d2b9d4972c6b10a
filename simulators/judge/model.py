"""What a follow should do about a trade: the exit, the entry, or the reasons for neither."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from simulators.judge.evidence import Leg
from simulators.judge.exact import ZERO, Span, cut_to_lot, sign_of
from simulators.judge.gates import STOPS, Gate, kept_by_owner, standing_gates
from simulators.judge.numbers import Numbers
from simulators.judge.scene import SUPERSEDED, Scene
from simulators.judge.sizing import HAIR, Entry, entry_of

CARRIED = "CARRIED"
# What waited for an unknown order, and was given up when that came to nothing or took too long.
MISSED_WITH_AN_UNKNOWN = "EXPIRED"
BELOW_MIN_NOTIONAL = "BELOW_MIN_NOTIONAL"
NOTHING_TO_CLOSE = "NOTHING_TO_CLOSE"
CARRY_LIFE_MS = 300_000
# What stops an entry that nothing about the follow or its limits stops.
NOBODYS_FAULT = frozenset({"PRICE_OUT_OF_BAND", "STALE", "RATE_LIMITED"})
# The user's own switch and a dead authority stop exits too; the venue answers for itself.
EXIT_STOPPERS = frozenset({"KILL_SWITCH", "SIGNING_UNAVAILABLE", "SIGNING_REFUSED"})


@dataclass(frozen=True, slots=True)
class Expected:
    """One leg of the model.

    `order` is the span of sizes of the order that should go (None: no order may go), `reasons`
    the truthful reasons for no order; an order is demanded when there are none. `target` is the
    signed size to hold afterwards, `target_doubt` how much less it may be where the record leaves a
    choice.
    """

    order: Span | None
    sign: int
    reasons: frozenset[str]
    target: Fraction
    target_doubt: Fraction = ZERO


def drop_stale_carry(scene: Scene) -> None:
    """Drop a carried part of an entry that is too old or whose price has gone."""
    holding, trade = scene.holding, scene.trade
    if holding.ahead(scene.direction) <= 0 or not holding.carried_since_ms:
        return
    moved = abs(trade.last_price - holding.carried_price) > holding.carried_price * scene.band
    if moved or trade.time_ms - holding.carried_since_ms > CARRY_LIFE_MS:
        holding.drop_what_is_ahead(scene.direction)


def expected_exit(scene: Scene) -> Expected | None:
    """Say what should be closed; None when the trade reduces nothing of the leader's."""
    trade, holding = scene.trade, scene.holding
    if trade.kind in {"open", "add"}:
        return None
    if scene.comes_too_late:
        return Expected(None, 0, frozenset({SUPERSEDED}), holding.target)
    remainder = ZERO
    if trade.kind == "reduce":
        remainder = holding.target * abs(trade.end) / abs(trade.start)
    stopped = _stopped_at_the_windows_end(scene, remainder)
    if scene.receipt is not None and scene.receipt.reason in stopped:
        return Expected(None, 0, stopped, holding.held)
    if holding.held == 0:
        reasons = frozenset({NOTHING_TO_CLOSE, CARRIED}) | kept_by_owner(scene)
        return Expected(None, 0, reasons, remainder)
    decimals, rest = scene.market.size_decimals, abs(remainder)
    # What its window may have dropped before may be missing from what stays.
    dropped = holding.doubt * abs(trade.end) / abs(trade.start) if scene.is_netted else ZERO
    least = cut_to_lot(max(rest - dropped - holding.blur, ZERO), decimals)
    most = cut_to_lot(rest + holding.blur, decimals) if rest else ZERO
    swept = ZERO if scene.below_minimum(least, certainly=False) else remainder
    kept = ZERO if scene.below_minimum(most) else remainder
    return _exit_order(scene, swept, kept)


def _stopped_at_the_windows_end(scene: Scene, remainder: Fraction) -> frozenset[str]:
    """Give what may stop the entry that a window collected and a reduction only made smaller."""
    is_entry = scene.is_netted and abs(remainder) > abs(scene.holding.held)
    return scene.stoppers if is_entry else frozenset()


def _exit_order(scene: Scene, swept: Fraction, kept: Fraction) -> Expected:
    """Close down to `kept`, or to `swept` where the rest may be too small to stay."""
    held, decimals = scene.holding.held, scene.market.size_decimals
    blur = scene.holding.blur
    least = max(abs(held) - cut_to_lot(abs(kept) + blur, decimals), ZERO)
    deepest = max(abs(swept) - HAIR / 10**decimals - blur, ZERO)
    most = abs(held) - cut_to_lot(deepest, decimals)
    reasons = EXIT_STOPPERS & scene.pressure | kept_by_owner(scene)
    if scene.is_netted or scene.unsettled_size:
        # All that may be held is closed, or what is surely held; the end shows whether all was.
        span = Span(ZERO, abs(held) + scene.unsettled_size)
        may_be_swept = abs(kept - swept)
        return Expected(span, -sign_of(held), reasons | {CARRIED}, kept, may_be_swept)
    if swept and (most <= 0 or scene.below_minimum(most)):
        return Expected(None, -sign_of(held), reasons | {CARRIED}, kept)
    if kept and scene.below_minimum(least, certainly=False):
        reasons |= {CARRIED}
    return Expected(Span(least, most), -sign_of(held), reasons, kept)


def expected_entry(scene: Scene, numbers: Numbers) -> Expected:
    """Say what a trade that adds to the leader's position should open."""
    if scene.comes_too_late:
        return Expected(None, scene.direction, frozenset({SUPERSEDED}), scene.holding.target)
    reasons: set[str] = set()
    for reason, gate in standing_gates(scene, numbers):
        reasons.add(reason)
        if gate is Gate.CLOSED:
            if _lacked_leverage(scene):
                drop_stale_carry(scene)
            return Expected(None, scene.direction, frozenset(reasons), scene.holding.target)
    if scene.entry_still_waits:
        return Expected(None, scene.direction, frozenset({SUPERSEDED}), scene.holding.target)
    if not _stopped_at_a_gate(scene, reasons):
        drop_stale_carry(scene)
    if scene.unsettled_size:
        reasons |= {CARRIED, MISSED_WITH_AN_UNKNOWN}
    return _entry_order(scene, entry_of(scene, numbers), reasons)


def _lacked_leverage(scene: Scene) -> bool:
    """Say whether an entry was sized before it was refused: the last gate is asked after that."""
    return scene.receipt is not None and scene.receipt.reason == "LEVERAGE_NOT_ALLOWED"


def _stopped_at_a_gate(scene: Scene, reasons: set[str]) -> bool:
    """Say whether nothing was sized, and so nothing dropped: what was ordered had passed."""
    receipt = scene.receipt
    if receipt is None or receipt.reason not in reasons or _lacked_leverage(scene):
        return False
    return all(leg.kind == "exit" for leg in receipt.orders)


def _entry_order(scene: Scene, entry: Entry, reasons: set[str]) -> Expected:
    sign, holding = scene.direction, scene.holding
    base = ZERO if scene.trade.kind == "flip" else holding.target
    target = base + sign * entry.gain.high
    doubt = entry.gain.high - entry.gain.low
    small = {CARRIED} if not (scene.limits.is_fixed or entry.must_bind) else set()
    is_large = not scene.below_minimum(max(entry.asked.low, ZERO), certainly=False)
    if (scene.limits.is_fixed or entry.may_bind) and not is_large:
        small |= {BELOW_MIN_NOTIONAL}
    if entry.order.high < entry.asked.high:
        # An exit has not closed all yet: what is held counts for it, and the rest is carried.
        small |= {CARRIED}
    if scene.is_netted:
        allowed = frozenset(reasons | small | {CARRIED})
        return Expected(Span(ZERO, abs(target - holding.held)), sign, allowed, target, doubt)
    if scene.below_minimum(max(entry.order.high, ZERO)):
        return Expected(None, sign, frozenset(reasons | small), target)
    if scene.below_minimum(max(entry.order.low, ZERO), certainly=False):
        reasons |= small
    return Expected(entry.order, sign, frozenset(reasons), target, doubt)


def is_given_up(scene: Scene, expected: Expected, legs: Sequence[Leg]) -> bool:
    """Say whether a receipt claims that a later stop gave up what the model carries."""
    receipt = scene.receipt
    if receipt is None or legs or receipt.reason in expected.reasons:
        return False
    gives_up = scene.is_netted or scene.limits.on_stop == "close_now"
    return gives_up and receipt.reason in STOPS and CARRIED in expected.reasons
