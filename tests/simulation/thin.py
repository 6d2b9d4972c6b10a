"""Books in which little is to be had: some orders find a part of their size, some nothing at all.

Others are filled at two prices, in two fills. What is missing comes with a later attempt or never.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from random import Random

from tests.fakes.venue_books import NO_MATCH, Book, Books, Order
from understudy.domain.money import ZERO

IN_PART = "filled_in_part"
NOT_AT_ALL = "found_nothing"
AT_TWO_PRICES = "filled_at_two_prices"
NOT_AT_ALL_SHARE = 0.25
WORSE = Decimal("0.0003")
CENTS = Decimal("0.01")


class ThinBooks(Books):
    """Draws for an order what it finds, from a seed of its own; `note` counts what found less."""

    def __init__(self, share: float, seed: str, note: Callable[[str], None]) -> None:
        super().__init__()
        self._share = share
        self._random = Random(f"{seed} books")  # noqa: S311 - a run must be repeatable from its seed
        self._note = note

    def cease(self) -> None:
        """Let every order find all that it asks for."""
        self._share = 0.0

    def _matched(self, book: Book, order: Order) -> Decimal | str:
        size = super()._matched(book, order)
        if isinstance(size, str) or self._random.random() >= self._share:
            return size
        if self._random.random() < NOT_AT_ALL_SHARE:
            self._note(NOT_AT_ALL)
            return NO_MATCH
        found = self._part_of(order, size)
        if found in (ZERO, size):
            return size
        self._note(IN_PART)
        return found

    def _levels(self, order: Order, size: Decimal) -> Sequence[tuple[Decimal, Decimal]]:
        price = self.prices[order.market.symbol]
        if self._random.random() >= self._share:
            return ((size, price),)
        first = self._part_of(order, size)
        second = (price * (1 + WORSE * order.side.sign)).quantize(CENTS)
        is_within = (order.limit_price - second) * order.side.sign >= 0
        if first in (ZERO, size) or not is_within:
            return ((size, price),)
        self._note(AT_TWO_PRICES)
        return ((first, price), (size - first, second))

    def _part_of(self, order: Order, size: Decimal) -> Decimal:
        """Draw a part of a size, in whole lots."""
        share = Decimal(1 + int(self._random.random() * 9)) / 10
        return order.market.lot_size(size * share)
