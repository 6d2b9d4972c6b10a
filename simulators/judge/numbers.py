"""The numbers a receipt decided on: taken only where the venue's record makes them plausible."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from simulators.judge.exact import ONE, ZERO, Span, shown
from simulators.judge.ledger import Money
from simulators.judge.scene import Scene

CENT = Fraction(1, 100)
MOVING = ("used", "realized", "unrealized", "remaining", "symbol_margin", "open_positions")
PERCENT = Fraction(1, 100)
# A fee is known for sure only after settlement; until then it is an estimate or missing.
FEE_DOUBT = Fraction(11, 10)
EXACTLY = Fraction(1, 10**9)
HAIR = Fraction(1, 10**12)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the venue's record says about the time of an entry.

    `leverage_cap` is the most that the limits, the asset and the leader's own leverage allow;
    `leverage_known` says whether the venue shows the leader's, `leverage_due` whether the follow
    must know it.
    """

    own_equity: Span
    leader_equity: Span
    unrealized: Span
    copied_notional: Span
    leverage_cap: int
    leverage_known: bool
    leverage_due: bool


@dataclass(frozen=True, slots=True)
class Numbers:
    """The inputs of one entry; spans where the receipt is silent, points where it is plausible.

    `least_leverage` is what an entry was sized with at least: a window may end with a higher one.
    """

    leverage: Fraction
    own_equity: Span
    leader_equity: Span
    remaining: Span
    symbol_margin: Span
    open_symbols: Span
    copied_notional: Span
    least_leverage: Fraction
    implausible: str = ""


def numbers_of(scene: Scene, around: Surroundings) -> Numbers:
    """Weigh the receipt's numbers and fill in the judge's own for what it leaves out.

    What a window ordered says the numbers of its end; sized it was by those of the trade.
    """
    booked = booked_spans(scene, around)
    spans = plausible_spans(scene, booked)
    doubts = [text for name, span in spans.items() if (text := _doubt(scene, name, span))]
    doubts += [text for text in (_leverage_doubt(scene, around), _sum_doubt(scene)) if text]

    def chosen(name: str) -> Span:
        value = scene.claimed(name)
        if value is None or not spans[name].holds(value):
            return spans[name]
        was_moving = scene.is_netted and name in MOVING
        return Span.around(value, *booked[name]) if was_moving else Span(value, value)

    leverage = _leverage(scene, around)
    learnt_meanwhile = scene.is_netted and not around.leverage_due
    # At a window's end other symbols' orders may have taken up what the limits left before.
    taken_up = scene.in_motion_usdc if scene.is_netted else ZERO
    remaining = chosen("remaining")
    return Numbers(
        leverage=leverage,
        own_equity=chosen("own_equity"),
        leader_equity=chosen("leader_equity"),
        remaining=Span(remaining.low - taken_up, remaining.high),
        symbol_margin=chosen("symbol_margin"),
        open_symbols=chosen("open_positions"),
        copied_notional=_copied(scene, around, taken_up),
        least_leverage=ONE if learnt_meanwhile else leverage,
        implausible=doubts[0] if doubts else "",
    )


def _copied(scene: Scene, around: Surroundings, in_motion: Fraction) -> Span:
    """Give what is copied, in a slower mode from before its window until after its end."""
    copied = around.copied_notional
    if not scene.is_netted:
        return copied
    still_held = scene.book.most_copied_since(scene.trade.sent_ms) - scene.book.copied
    high = copied.high + in_motion + max(still_held, ZERO)
    return Span(max(copied.low - in_motion, ZERO), high)


def booked_spans(scene: Scene, around: Surroundings) -> dict[str, Span]:
    """Say between which values each number lay when the trade came, by books and record."""
    slack, budget = scene.book.slack_usdc, scene.limits.budget
    used = _over(scene, lambda m: (m.used, m.used + m.carried)).widened(
        scene.band + PERCENT / 2, 5 * CENT + slack
    )
    realized = _over(scene, lambda m: (m.closed, m.closed - m.fees * FEE_DOUBT)).widened(
        PERCENT / 10, CENT + slack
    )
    unrealized = around.unrealized.widened(PERCENT, ONE + slack)
    return {
        "used": used,
        "realized": realized,
        "unrealized": unrealized,
        "remaining": Span(
            budget - used.high + realized.low + unrealized.low,
            budget - used.low + realized.high + unrealized.high,
        ),
        "symbol_margin": _over(scene, lambda m: (m.symbol_margin,)).widened(
            scene.band + PERCENT / 2, 5 * CENT + slack
        ),
        "open_positions": _over(
            scene, lambda m: (Fraction(m.open_symbols), Fraction(m.wanted_symbols))
        ).widened(ZERO, Fraction(scene.book.slack_positions)),
        "own_equity": around.own_equity.widened(PERCENT, ONE + slack),
        "leader_equity": around.leader_equity.widened(PERCENT, ONE),
        "price": Span.around(scene.trade.price, scene.trade.last_price).widened(EXACTLY, HAIR),
    }


def plausible_spans(scene: Scene, booked: Mapping[str, Span]) -> dict[str, Span]:
    """Say between which values each number can truthfully lie, whenever it was taken."""
    moving = scene.limits.budget if scene.decided_late else scene.in_motion_usdc
    if scene.is_netted:
        # What a window closes is still used by what was decided before its end.
        moving += max(scene.book.most_used_since(scene.trade.sent_ms) - scene.book.used, ZERO)
    spans = {
        name: span.widened(ZERO, moving) if name in MOVING else span
        for name, span in booked.items()
    }
    if scene.is_netted and "RATE_LIMITED" in scene.pressure:
        # What windows wanted until the venue took no action for it is in no book.
        most = Fraction(scene.limits.max_open_positions)
        spans["open_positions"] = spans["open_positions"].widened(ZERO, most)
    return spans


def _over(scene: Scene, values: Callable[[Money], tuple[Fraction, ...]]) -> Span:
    return Span.around(*(value for money in scene.moments for value in values(money)))


def _doubt(scene: Scene, name: str, span: Span) -> str:
    value = scene.claimed(name)
    unknown = name == "leader_equity" and value == 0 and scene.limits.sizing != "proportional"
    if value is None or unknown or span.holds(value):
        return ""
    return (
        f"{name} {shown(value)} cannot be: the venue's record allows "
        f"{shown(span.low)} to {shown(span.high)}"
    )


def _leverage(scene: Scene, around: Surroundings) -> Fraction:
    value = scene.claimed("leverage")
    if value is None:
        return ONE
    return Fraction(around.leverage_cap) if _leverage_doubt(scene, around) else value


def _leverage_doubt(scene: Scene, around: Surroundings) -> str:
    value = scene.claimed("leverage")
    cap = around.leverage_cap
    allowed = [cap] if around.leverage_due else sorted({1, cap})
    if value is None or value in allowed:
        return ""
    if not around.leverage_known and value.denominator == 1 and ONE <= value <= cap:
        return ""
    choices = " or ".join(map(str, allowed))
    return f"leverage {shown(value)} cannot be: it is {choices} here"


def _sum_doubt(scene: Scene) -> str:
    parts = [scene.claimed(name) for name in ("used", "realized", "unrealized", "remaining")]
    if any(part is None for part in parts):
        return ""
    used, realized, unrealized, remaining = (part or ZERO for part in parts)
    budget = scene.limits.budget
    if abs(budget - used + realized + unrealized - remaining) <= CENT:
        return ""
    return "remaining is not budget - used + realized + unrealized"
