"""The request budget of venues in memory, for one egress address."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from threading import RLock

from understudy.adapters.venue_shares import DRAWS_ON, share_of
from understudy.ports.clock import Clock
from understudy.ports.delivery import MINUTE_MS, Purpose


class InMemoryVenueBudget:
    """Implements `VenueBudget`; `weight_per_minute` goes by venue."""

    def __init__(self, weight_per_minute: Mapping[str, int], clock: Clock) -> None:
        self._weight_per_minute = weight_per_minute
        self._clock = clock
        self._lock = RLock()
        self._taken: dict[tuple[str, int, Purpose], int] = defaultdict(int)
        self._halved_through: dict[str, int] = {}

    def take(self, venue: str, purpose: Purpose, weight: int) -> bool:
        """Take weight from this minute's budget; False when none is left for it."""
        minute = self._clock.now_ms() // MINUTE_MS
        with self._lock:
            return any(self._take(venue, minute, share, weight) for share in DRAWS_ON[purpose])

    def _take(self, venue: str, minute: int, purpose: Purpose, weight: int) -> bool:
        halved = minute <= self._halved_through.get(venue, -1)
        share = share_of(self._weight_per_minute[venue], purpose, halved=halved)
        if self._taken[(venue, minute, purpose)] + weight > share:
            return False
        self._taken[(venue, minute, purpose)] += weight
        return True

    def refused(self, venue: str) -> None:
        """Say that the venue answered 429: this minute and the next have half the budget."""
        with self._lock:
            self._halved_through[venue] = self._clock.now_ms() // MINUTE_MS + 1
