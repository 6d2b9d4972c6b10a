"""Sliding windows over the last minute: what one address of the internet may ask for."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from decimal import Decimal

from simulators.hyperliquid.clock import NS_PER_MS

MINUTE_NS = 60_000 * NS_PER_MS
REST_WEIGHT_PER_MINUTE = 1_200


@dataclass(slots=True)
class Window:
    """At most ``limit`` within any minute; refusals are not counted."""

    limit: int
    total: int = 0
    taken: deque[tuple[int, int]] = field(default_factory=deque)

    def take(self, weight: int, now_ns: int) -> bool:
        """Count ``weight`` if there is room."""
        self._forget(now_ns)
        if self.total + weight > self.limit:
            return False
        self.add(weight, now_ns)
        return True

    def add(self, weight: int, now_ns: int) -> None:
        """Count ``weight`` whether or not there is room."""
        self.taken.append((now_ns, weight))
        self.total += weight

    def _forget(self, now_ns: int) -> None:
        while self.taken and self.taken[0][0] <= now_ns - MINUTE_NS:
            self.total -= self.taken.popleft()[1]


@dataclass(slots=True)
class RestLimits:
    """The REST budget of every client address, and what all of them asked in each minute.

    ``weights`` and ``refusals`` go by the clock's minutes and count whether or not windows are on.
    """

    enabled: bool = True
    limit: int = REST_WEIGHT_PER_MINUTE
    by_client: dict[str, Window] = field(default_factory=dict)
    weights: Counter[int] = field(default_factory=Counter)
    refusals: Counter[int] = field(default_factory=Counter)

    def take(self, client: str, weight: int, now_ns: int) -> bool:
        """Tell whether a request of ``weight`` may pass."""
        passes = not self.enabled or self._window(client).take(weight, now_ns)
        if passes:
            self.weights[now_ns // MINUTE_NS] += weight
        else:
            self.refused(now_ns)
        return passes

    def add(self, client: str, weight: int, now_ns: int) -> None:
        """Charge what an answer turned out to cost."""
        self.weights[now_ns // MINUTE_NS] += weight
        if self.enabled and weight:
            self._window(client).add(weight, now_ns)

    def refused(self, now_ns: int) -> None:
        """Note an answer 429, by a window or by a script."""
        self.refusals[now_ns // MINUTE_NS] += 1

    def keep_pace(self, speed: Decimal) -> None:
        """Grant in a minute what that minute holds of the recording; never less than the venue."""
        self.limit = int(REST_WEIGHT_PER_MINUTE * max(Decimal(1), speed))
        for window in self.by_client.values():
            window.limit = self.limit

    def _window(self, client: str) -> Window:
        return self.by_client.setdefault(client, Window(self.limit))
