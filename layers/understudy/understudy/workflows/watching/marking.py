"""Marks: the newest price of every symbol, written together and not too often."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from understudy.domain.follows import Marks
from understudy.ports.copying import MarketStore

EVERY_MS = 1_000


class MarkKeeper:
    """Collects prices of one venue and writes those that are new."""

    def __init__(self, venue: str, store: MarketStore) -> None:
        self._venue = venue
        self._store = store
        self._prices: dict[str, Decimal] = {}
        self._at_ms: dict[str, int] = {}
        self._written_ms = 0

    def note(self, prices: Mapping[str, Decimal], at_ms: int) -> None:
        """Remember prices as they were at a moment."""
        self._prices.update(prices)
        self._at_ms.update(dict.fromkeys(prices, at_ms))

    def flush(self, now_ms: int, *, at_once: bool = False) -> None:
        """Write what is new when a second has passed since the last time, or at once."""
        waited = now_ms - self._written_ms >= EVERY_MS
        if not self._prices or not (at_once or waited):
            return
        self._store.put_marks(self._venue, Marks(self._prices, self._at_ms))
        self._written_ms = now_ms
        self._prices, self._at_ms = {}, {}
