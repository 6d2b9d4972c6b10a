"""How large an entry may be: the wanted margin, the limits that bind, and one cut to the lot."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from simulators.judge.exact import ONE, ZERO, Span, cut_to_lot, cut_to_tick
from simulators.judge.numbers import Numbers
from simulators.judge.scene import Scene

# Of a lot: the system cuts what it carries a millionth of a lot deep, so that many small slices
# may end a hair below a whole lot.
HAIR = Fraction(1, 10_000)


@dataclass(frozen=True, slots=True)
class Entry:
    """What an entry amounts to; spans where the record leaves a choice.

    `asked` is the size under every limit, before what is held beyond the target is set against it,
    `order` is the size to order in lots, `gain` what the target moves by, uncut: parts of a lot
    add up. `may_bind` and `must_bind` say whether some limit cut it down.
    """

    asked: Span
    order: Span
    gain: Span
    may_bind: bool
    must_bind: bool


def wanted_margin(scene: Scene, numbers: Numbers) -> Span:
    """Give the margin that the sizing asks for, before any limit."""
    limits, notional = scene.limits, scene.entered * scene.trade.price
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
    low = [numbers.remaining.low, limits.symbol_cap - numbers.symbol_margin.high]
    high = [numbers.remaining.high, limits.symbol_cap - numbers.symbol_margin.low]
    if not limits.is_fixed:
        low.append(limits.max_order)
        high.append(limits.max_order)
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


def worst_price(scene: Scene) -> Fraction:
    """Give the price at which an entry must still keep every limit.

    A buy may fill at its limit price; a sell that fills better exceeds a limit by just that.
    """
    is_sell = scene.direction < 0
    capped = scene.trade.price * (1 + scene.direction * scene.band)
    limit = cut_to_tick(capped, scene.market.size_decimals, upward=is_sell)
    return max(scene.trade.price, limit)


def _ahead(scene: Scene) -> Fraction:
    """Give how much more is wanted than held; what a window has still to close counts as gone."""
    holding, direction = scene.holding, scene.direction
    if scene.trade.kind == "flip":
        return ZERO
    if scene.is_netted and holding.held * direction < 0:
        return max(holding.target * direction, ZERO)
    return holding.ahead(direction)


def entry_of(scene: Scene, numbers: Numbers) -> Entry:
    """Size the entry: the new slice and what was carried before, together under every limit."""
    entry = _entry_at(scene, numbers)
    if numbers.least_leverage == numbers.leverage:
        return entry
    other = _entry_at(scene, replace(numbers, leverage=numbers.least_leverage))
    return Entry(
        asked=Span.around(*entry.asked, *other.asked),
        order=Span.around(*entry.order, *other.order),
        gain=Span.around(*entry.gain, *other.gain),
        may_bind=entry.may_bind or other.may_bind,
        must_bind=entry.must_bind and other.must_bind,
    )


def _entry_at(scene: Scene, numbers: Numbers) -> Entry:
    wanted, room = wanted_margin(scene, numbers), margin_room(scene, numbers)
    ahead = _ahead(scene)
    carried, unit_margin = max(ahead, ZERO), scene.trade.price / numbers.leverage
    dearest = worst_price(scene) / numbers.leverage
    asked = Span(wanted.low / unit_margin + carried, wanted.high / unit_margin + carried)
    left = Span(room.low / dearest, room.high / dearest)
    low, high = min(asked.low, left.low), min(asked.high, left.high)
    behind, decimals = min(ahead, ZERO), scene.market.size_decimals
    blur = scene.holding.blur
    # A window doubts its whole target anyway; any other order may lack what is doubted.
    lacking = blur + (ZERO if scene.is_netted else scene.holding.doubt)
    return Entry(
        asked=Span(
            cut_to_lot(low - HAIR / 10**decimals - lacking, decimals), cut_to_lot(high, decimals)
        ),
        order=Span(
            cut_to_lot(low + behind - HAIR / 10**decimals - lacking, decimals),
            cut_to_lot(high + behind + blur, decimals),
        ),
        gain=Span(low - carried, high - carried),
        may_bind=left.low < asked.high,
        must_bind=left.high < asked.low,
    )
