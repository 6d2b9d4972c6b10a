"""Orders that wait in the book, best price first, oldest first at one price."""

from __future__ import annotations

from bisect import bisect_left, insort
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulators.hyperliquid.engine.orders import Order

_Key = tuple[Decimal, int]


def _key(order: Order) -> _Key:
    return (-order.price if order.is_buy else order.price, order.oid)


class RestingOrders:
    """The resting and the sleeping trigger orders of one market."""

    def __init__(self) -> None:
        """Start empty."""
        self._sides: dict[bool, list[Order]] = {True: [], False: []}
        self.triggers: dict[int, Order] = {}

    def add(self, order: Order) -> None:
        """Queue an order."""
        insort(self._sides[order.is_buy], order, key=_key)

    def remove(self, order: Order) -> None:
        """Take an order out, wherever it waits."""
        self.triggers.pop(order.oid, None)
        side = self._sides[order.is_buy]
        at = bisect_left(side, _key(order), key=_key)
        if at < len(side) and side[at] is order:
            del side[at]

    def walk(self, *, asks: bool) -> Iterator[Order]:
        """Yield from the best price outwards; the book must not change on the way."""
        yield from self._sides[not asks]

    def best(self, *, asks: bool) -> Order | None:
        """Return the best order of a side."""
        side = self._sides[not asks]
        return side[0] if side else None
