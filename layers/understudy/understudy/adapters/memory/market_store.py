"""Markets and marks in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import RLock

from understudy.adapters.marks import NO_MARKS, newest
from understudy.adapters.storable import refuse_unstorable
from understudy.domain.follows import Marks
from understudy.domain.markets import Market


class InMemoryMarketStore:
    """Implements `MarketStore` in memory."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._markets: dict[str, dict[str, Market]] = {}
        self._marks: dict[str, Marks] = {}

    def markets(self, venue: str) -> Mapping[str, Market]:
        """Give every market by symbol."""
        return self._markets.get(venue, {})

    def marks(self, venue: str) -> Marks:
        """Give the newest mark of every symbol that has one."""
        return self._marks.get(venue, NO_MARKS)

    def put_markets(self, venue: str, markets: Sequence[Market]) -> None:
        """Replace what is known of these markets."""
        for market in markets:
            refuse_unstorable(market)
        with self._lock:
            known = self._markets.get(venue, {})
            self._markets[venue] = {**known, **{market.symbol: market for market in markets}}

    def put_marks(self, venue: str, marks: Marks) -> None:
        """Merge newer marks in."""
        with self._lock:
            merged = newest(self.marks(venue), marks)
            refuse_unstorable(merged)
            self._marks[venue] = merged
