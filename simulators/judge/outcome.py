"""Holds what became of a copy against the model: orders that fit, or a truthful reason."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from simulators.judge.claims import Books
from simulators.judge.evidence import Leg, Receipt, VenueOrder
from simulators.judge.exact import ZERO, cut_to_lot, shown, sign_of
from simulators.judge.gates import may_wind_down
from simulators.judge.model import NOTHING_TO_CLOSE, Expected
from simulators.judge.scene import SUPERSEDED, Scene
from simulators.judge.verdict import Figure, Problem

UNDER_WAY = frozenset({"CLAIMED", "WAITING"})
UNMATCHED = "ioccancelrejected"
# Which reasons a refusal in the venue's books bears out, by its status there.
REFUSALS = {
    UNMATCHED: {"PRICE_OUT_OF_BAND"},
    "perpmarginrejected": {"INSUFFICIENT_MARGIN", "VENUE_REJECTED"},
    "reduceonlyrejected": {NOTHING_TO_CLOSE, "VENUE_REJECTED"},
    "mintradentlrejected": {"BELOW_MIN_NOTIONAL", "VENUE_REJECTED"},
}
ANY_REFUSAL = frozenset({"VENUE_REJECTED", "INSUFFICIENT_MARGIN"})


def problem_of_leg(
    scene: Scene, expected: Expected, legs: Sequence[Leg], books: Books
) -> Problem | None:
    """Compare one leg of the model with the orders a receipt names for it."""
    receipt = scene.receipt
    if receipt is None:
        return _without_receipt(scene, expected, books)
    if scene.is_netted and any(leg.filled for leg in receipt.orders):
        return problem_of_netted(scene, legs)
    if expected.order is None:
        return unlicensed(expected, legs) or _reason_without_order(scene, expected, legs, books)
    if not legs:
        return _absent(scene, receipt, expected)
    return _unfit(scene, expected, legs) or _unfilled(receipt, legs, books, expected)


def _reason_without_order(
    scene: Scene, expected: Expected, legs: Sequence[Leg], books: Books
) -> Problem | None:
    """Weigh the reason of a copy that had nothing to order, or that tried to close what may be."""
    receipt = scene.receipt
    if receipt is None:
        return None
    if scene.unsettled_size and legs and all(leg.kind == "exit" for leg in legs):
        return _unfilled(receipt, legs, books, expected)
    return _reason_problem(receipt, expected)


def _without_receipt(scene: Scene, expected: Expected, books: Books) -> Problem | None:
    if expected.order is not None:
        if any(_may_be(scene, expected, order) for order in books.unnamed):
            return None  # the order was placed, and counts as one that no receipt names
        return Problem(Figure.LOST, "no receipt and no order, though the model orders")
    reasons = " or ".join(sorted(expected.reasons))
    return Problem(Figure.UNJUSTIFIED, f"no receipt; the model says {reasons}")


def _may_be(scene: Scene, expected: Expected, order: VenueOrder) -> bool:
    fits = expected.order is not None and expected.order.holds(order.size)
    placed = (order.symbol, order.sign) == (scene.trade.symbol, expected.sign)
    return placed and fits and order.received_ms >= scene.trade.sent_ms


def problem_of_stray_exit(scene: Scene, legs: Sequence[Leg]) -> Problem | None:
    """Refuse to let an exit beside an entry close more than is held beyond the target."""
    holding = scene.holding
    # Of a turn's target nothing is held yet: it is on the other side.
    wanted = max(holding.target * sign_of(holding.held), ZERO)
    kept = cut_to_lot(wanted, scene.market.size_decimals)
    excess = max(abs(holding.held) - kept, ZERO)
    closed = sum((leg.filled for leg in legs), ZERO)
    if scene.is_netted:
        return problem_of_netted(scene, legs)
    if closed <= excess or may_wind_down(scene):
        return None
    return Problem(Figure.MISMATCHED, "an exit closed what should stay open")


def problem_of_stray_entry(scene: Scene, legs: Sequence[Leg]) -> Problem | None:
    """Refuse a filled entry for a trade that only reduces, unless a window collected it."""
    if scene.is_netted:
        return problem_of_netted(scene, legs)
    if not any(leg.filled for leg in legs):
        return None
    return Problem(Figure.MISMATCHED, "a trade that only reduces was copied by an entry")


def problem_of_netted(scene: Scene, legs: Sequence[Leg]) -> Problem | None:
    """Refuse an order of a window on the wrong side or beyond the price cap.

    How much a window collects shows where the follow ends; which way it may go shows here: towards
    the leader's position in, against what is held out.
    """
    texts = (_netted_misfit(scene, leg) for leg in legs)
    text = next((text for text in texts if text), "")
    return Problem(Figure.MISMATCHED, text) if text else None


def problem_of_excess(scene: Scene, legs: Sequence[Leg]) -> Problem | None:
    """Refuse entries of a window that brought more than all that was collected.

    Asked once they are booked. How much less they may bring shows where the follow ends.
    """
    entered = [leg for leg in legs if leg.kind != "exit" and leg.filled]
    if not (scene.is_netted and entered):
        return None
    holding, lot = scene.holding, Fraction(1, 10**scene.market.size_decimals)
    excess = -holding.ahead(entered[-1].sign) - lot - holding.blur
    # As at the end of a run: within one slice that would not be ordered by itself.
    if scene.below_minimum(max(excess, ZERO)):
        return None
    text = (
        f"its window brought {shown(holding.held)}, the model's target is {shown(holding.target)}"
    )
    return Problem(Figure.MISMATCHED, text)


def problem_of_repeats(scene: Scene, expected: Expected, legs: Sequence[Leg]) -> Problem | None:
    """Refuse further attempts of a leg that together fill more than the model's one order.

    An exit of a stop closes at once what a reduction left: there the first attempt is judged alone.
    """
    span, winds_down = expected.order, scene.limits.on_stop == "close_now"
    if span is None or scene.is_netted or (winds_down and any(leg.kind == "exit" for leg in legs)):
        return None
    wrong = next((text for leg in legs if (text := _wrong_order(leg, expected.sign))), "")
    filled = sum((leg.filled for leg in legs), ZERO)
    if filled > span.high:
        wrong = f"its orders filled {shown(filled)}, the model says {shown(span.high)} at most"
    return Problem(Figure.MISMATCHED, wrong) if wrong else None


def unlicensed(expected: Expected, legs: Sequence[Leg]) -> Problem | None:
    """Refuse a filled order where the model orders nothing."""
    if not any(leg.filled for leg in legs):
        return None
    reasons = " or ".join(sorted(expected.reasons))
    return Problem(Figure.MISMATCHED, f"an order was placed though the model says {reasons}")


def _reason_problem(receipt: Receipt, expected: Expected) -> Problem | None:
    reason = receipt.reason or receipt.status
    if reason in expected.reasons:
        return None
    if not receipt.reason and receipt.status in {*UNDER_WAY, "DONE"}:
        return Problem(Figure.LOST, f"the receipt says {reason} without an order that fits")
    reasons = " or ".join(sorted(expected.reasons)) or "an order"
    return Problem(Figure.UNJUSTIFIED, f"{reason}, but the model says {reasons}")


def _absent(scene: Scene, receipt: Receipt, expected: Expected) -> Problem | None:
    if receipt.reason == NOTHING_TO_CLOSE and "VENUE_FLAT" in scene.pressure:
        return None
    return _reason_problem(receipt, expected)


def _unfit(scene: Scene, expected: Expected, legs: Sequence[Leg]) -> Problem | None:
    if scene.is_netted:
        return problem_of_netted(scene, legs)
    text = _misfit(scene, expected, min(legs, key=lambda leg: leg.attempt))
    return Problem(Figure.MISMATCHED, text) if text else None


def _netted_misfit(scene: Scene, leg: Leg) -> str:
    held, wanted = scene.holding.held, scene.limits.direction * scene.trade.end
    way = sign_of(wanted) if leg.kind != "exit" else -sign_of(held) if held else leg.sign
    prices = (scene.trade.price, scene.trade.last_price)
    return _wrong_order(leg, way) or _beyond_cap(scene, leg, prices)


def _misfit(scene: Scene, expected: Expected, leg: Leg) -> str:
    wrong = _wrong_order(leg, expected.sign)
    if wrong:
        return wrong
    span = expected.order
    if span is not None and not span.holds(leg.size):
        wanted = " to ".join(dict.fromkeys((shown(span.low), shown(span.high))))
        return f"order {leg.cloid}: size {shown(leg.size)}, the model says {wanted}"
    return _beyond_cap(scene, leg, (scene.trade.price,))


def _wrong_order(leg: Leg, sign: int) -> str:
    if leg.sign != sign:
        return f"order {leg.cloid} goes the wrong way"
    if leg.reduce_only != (leg.kind == "exit"):
        return f"order {leg.cloid}: reduce-only is {leg.reduce_only} on an {leg.kind}"
    return ""


def _beyond_cap(scene: Scene, leg: Leg, prices: Sequence[Fraction]) -> str:
    """Say whether an entry may pay more than the band around these prices of the leader allows."""
    worst = (price * (1 + leg.sign * scene.band) for price in prices)
    if leg.kind == "exit" or any(leg.sign * (leg.limit_price - price) <= 0 for price in worst):
        return ""
    return f"order {leg.cloid}: limit price {shown(leg.limit_price)} breaks the price cap"


def is_unmatched(leg: Leg, books: Books) -> bool:
    """Say whether the venue's books show an order that found nobody, or not enough."""
    return any(
        order.filled or order.status.lower() == UNMATCHED
        for order in books.booked(leg)
        if order.filled < order.size
    )


def _unfilled(
    receipt: Receipt, legs: Sequence[Leg], books: Books, expected: Expected
) -> Problem | None:
    reason = receipt.reason or receipt.status
    if receipt.status == "EXPIRED" or any(leg.filled for leg in legs):
        return None
    borne_out = set(expected.reasons)
    for leg in legs:
        if leg.kind == "exit" and (books.booked(leg) or leg.state == "REJECTED"):
            # A newer trade goes on with it; without a booking it was our own signer that refused.
            borne_out |= {SUPERSEDED}
        for order in books.booked(leg):
            borne_out |= REFUSALS.get(order.status.lower(), ANY_REFUSAL)
            if not order.filled and not order.status.lower().endswith("rejected"):
                borne_out |= {"PRICE_OUT_OF_BAND", "DONE", *UNDER_WAY}
    if reason in borne_out:
        return None
    if not receipt.reason and receipt.status in {*UNDER_WAY, "DONE"}:
        return Problem(Figure.LOST, f"the receipt says {reason}, the venue took no order")
    return Problem(Figure.UNJUSTIFIED, f"{reason} of an order that the venue's books do not show")
