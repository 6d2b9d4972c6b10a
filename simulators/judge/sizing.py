"""How large an entry may be: the wanted margin, the limits that bind, and one cut to the lot."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from simulators.judge.exact import ONE, ZERO, Span, cut_to_lot
from simulators.judge.numbers import Numbers
from simulators.judge.scene import Scene

# The system divides to sixty digits: an exact multiple of a lot may come out a hair below it.
HAIR = Fraction(1, 10**15)


@dataclass(frozen=True, slots=True)
class Entry:
    """What an entry amounts to; `order` is the size to order, `slice` what this trade adds.

    Both are spans where the rules leave a choice; `capped` says whether a limit may have bound.
    """

    slice: Span
    order: Span
    capped: bool


def wanted_margin(scene: Scene, numbers: Numbers) -> Span:
    """Give the margin that the sizing asks for, before any limit."""
    limits, notional = scene.limits, scene.trade.entered * scene.trade.price
    if limits.is_fixed:
        return Span(limits.cost_per_order, limits.cost_per_order)
    if limits.sizing == "ratio":
        margin = limits.percent / 100 * notional / numbers.leverage
        return Span(margin, margin)
    own, leader = numbers.own_equity, numbers.leader_equity
    unit = notional / numbers.leverage
    return Span(
        unit * max(own.low, ZERO) / max(leader.high, ONE),
        unit * max(own.high, ZERO) / max(leader.low, ONE),
    )


def margin_room(scene: Scene, numbers: Numbers) -> Span:
    """Give the margin that the limits leave for one order."""
    limits = scene.limits
    low = [limits.max_order, numbers.remaining.low, limits.symbol_cap - numbers.symbol_margin.high]
    high = [limits.max_order, numbers.remaining.high, limits.symbol_cap - numbers.symbol_margin.low]
    if limits.max_position is not None:
        low.append(limits.max_position - numbers.symbol_margin.high)
        high.append(limits.max_position - numbers.symbol_margin.low)
    leverage_room = notional_room(scene, numbers)
    low.append(leverage_room.low / numbers.leverage)
    high.append(leverage_room.high / numbers.leverage)
    return Span(max(min(low), ZERO), max(min(high), ZERO))


def notional_room(scene: Scene, numbers: Numbers) -> Span:
    """Give the notional that the limit on total leverage leaves."""
    most = scene.limits.max_total_leverage
    copied = numbers.copied_notional
    return Span(
        most * numbers.own_equity.low - copied.high, most * numbers.own_equity.high - copied.low
    )


def entry_of(scene: Scene, numbers: Numbers) -> Entry:
    """Size the entry: the new slice, and with it what was carried before."""
    wanted, room = wanted_margin(scene, numbers), margin_room(scene, numbers)
    ahead = ZERO if scene.trade.kind == "flip" else scene.holding.ahead(scene.direction)
    carried = max(ahead, ZERO) * scene.trade.price / numbers.leverage
    lone = Span(min(wanted.low, room.low), min(wanted.high, room.high))
    joint = Span(min(wanted.low + carried, room.low), min(wanted.high + carried, room.high))
    slices = _sizes(scene, numbers, lone)
    together = _sizes(scene, numbers, joint)
    behind = min(ahead, ZERO)
    order = Span.around(*(size + behind for size in together), *(size + ahead for size in slices))
    if scene.limits.is_fixed and behind:
        order = Span(order.low, max(order.high, slices.high))
    return Entry(slices, order, capped=room.low < wanted.high + carried)


def _sizes(scene: Scene, numbers: Numbers, margin: Span) -> Span:
    decimals = scene.market.size_decimals
    unit = numbers.leverage / scene.trade.price
    low = cut_to_lot(margin.low * unit * (1 - HAIR), decimals)
    return Span(low, cut_to_lot(margin.high * unit, decimals))
