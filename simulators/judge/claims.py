"""Holds what a receipt claims of its orders against the venue's books, order by order."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from fractions import Fraction

from simulators.judge.evidence import Leg, Receipt, VenueAccount, VenueFill, VenueOrder
from simulators.judge.exact import ZERO, shown
from simulators.judge.trades import LeaderTrade
from simulators.judge.verdict import Figure, Problem

AVERAGE_DOUBT = Fraction(1, 1000)


@dataclass(frozen=True, slots=True)
class Books:
    """One wallet's orders by client id, and its fills by order.

    `flat_after` holds the orders whose last fill left no position, `unnamed` the accepted orders
    that no receipt of a true trade names.
    """

    orders: Mapping[str, Sequence[VenueOrder]]
    fills: Mapping[str, Sequence[VenueFill]]
    flat_after: frozenset[str]
    unnamed: Sequence[VenueOrder]

    def booked(self, leg: Leg) -> Sequence[VenueOrder]:
        """Give every order with the leg's client id."""
        return self.orders.get(leg.cloid, ())

    def accepted(self, leg: Leg) -> list[VenueOrder]:
        """Give the orders of this leg that the venue took."""
        return [order for order in self.booked(leg) if order.is_accepted]

    def fee(self, leg: Leg) -> Fraction:
        """Give what the venue charged for the leg."""
        return sum(
            (fill.fee for order in self.booked(leg) for fill in self.fills.get(order.oid, ())),
            ZERO,
        )


def books_of(account: VenueAccount, named: AbstractSet[str]) -> Books:
    """Index an account's books; `named` are the client ids that receipts name."""
    orders: dict[str, list[VenueOrder]] = defaultdict(list)
    for order in account.orders:
        orders[order.cloid].append(order)
    fills: dict[str, list[VenueFill]] = defaultdict(list)
    positions: dict[str, Fraction] = {}
    flat: set[str] = set()
    for fill in account.fills:
        fills[fill.oid].append(fill)
        positions[fill.symbol] = positions.get(fill.symbol, ZERO) + fill.signed_size
        (flat.discard if positions[fill.symbol] else flat.add)(fill.oid)
    unnamed = [o for o in account.orders if o.is_accepted and o.cloid not in named]
    return Books(orders, fills, frozenset(flat), unnamed)


def problems_of_orders(receipt: Receipt, books: Books, named: set[str]) -> Iterator[Problem]:
    """Give every claim of a receipt that the books do not bear out.

    `named` holds the client ids of earlier receipts: an order belongs to one copy.
    """
    for leg in receipt.orders:
        problem = _of_leg(receipt, leg, books)
        if problem is None and leg.cloid in named:
            problem = Problem(Figure.LOST, f"order {leg.cloid} belongs to another trade's copy")
        if problem is not None:
            yield problem
    counts = Counter((leg.leg, leg.attempt) for leg in receipt.orders if books.accepted(leg))
    for (number, attempt), count in counts.items():
        if count > 1:
            text = f"leg {number} attempt {attempt} has {count} accepted orders"
            yield Problem(Figure.DUPLICATED, text)


def _of_leg(receipt: Receipt, leg: Leg, books: Books) -> Problem | None:
    accepted = books.accepted(leg)
    if len(accepted) > 1:
        text = f"{len(accepted)} accepted orders with client id {leg.cloid}"
        return Problem(Figure.DUPLICATED, text)
    if accepted:
        text = _difference(receipt, leg, accepted[0], books)
        return Problem(Figure.MISMATCHED, text) if text else None
    if leg.filled or (leg.claims_an_answer and not books.booked(leg)):
        text = f"the receipt says {leg.state} of order {leg.cloid}, the venue has no such order"
        return Problem(Figure.LOST, text)
    return None


def _difference(receipt: Receipt, leg: Leg, order: VenueOrder, books: Books) -> str:
    capped = leg.reduce_only and order.size < leg.size and order.oid in books.flat_after
    checks = (
        ("symbol", receipt.symbol, order.symbol, False),
        ("sign", f"{leg.sign:+d}", f"{order.sign:+d}", False),
        ("size", shown(leg.size), shown(order.size), capped),
        ("filled size", shown(leg.filled), shown(order.filled), False),
        ("limit price", shown(leg.limit_price), shown(order.price), False),
    )
    for name, ours, venues, excused in checks:
        if ours != venues and not excused:
            return f"order {leg.cloid}: {name} {ours} by the receipt, {venues} by the venue"
    return _price_difference(leg, order, books)


def _price_difference(leg: Leg, order: VenueOrder, books: Books) -> str:
    fills = books.fills.get(order.oid, ())
    size = sum((fill.size for fill in fills), ZERO)
    if size != order.filled:
        return f"order {leg.cloid}: the venue's fills add up to {shown(size)} only"
    if not size:
        return ""
    average = sum((fill.size * fill.price for fill in fills), ZERO) / size
    if abs(leg.average_price - average) > average * AVERAGE_DOUBT:
        return (
            f"order {leg.cloid}: average price {shown(leg.average_price)} by the receipt, "
            f"{shown(average)} by the venue"
        )
    return ""


def problem_of_facts(receipt: Receipt, trade: LeaderTrade) -> Problem | None:
    """Say which fact about the leader's trade the receipt has wrong."""
    facts = (
        ("symbol", receipt.symbol == trade.symbol),
        ("side", receipt.leader_sign == trade.sign),
        ("size", receipt.leader_size == trade.size),
        ("price", _is_price_of(receipt.leader_price, trade)),
        ("time", receipt.leader_time_ms == trade.time_ms),
        ("kind", receipt.kind == trade.kind),
    )
    wrong = [name for name, right in facts if not right]
    if not wrong:
        return None
    figure = Figure.MISMATCHED if receipt.orders else Figure.UNJUSTIFIED
    return Problem(figure, f"the receipt has the leader's {' and '.join(wrong)} wrong")


def _is_price_of(price: Fraction, trade: LeaderTrade) -> bool:
    """Say whether it is the trade's average or its last price, to nine digits."""
    return any(abs(price - own) * 10**9 <= own for own in (trade.price, trade.last_price))
