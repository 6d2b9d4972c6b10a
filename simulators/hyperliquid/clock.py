"""Owns the venue's time: nanoseconds since the epoch. Nothing else here asks the machine."""

from __future__ import annotations

import time
from typing import Protocol

NS_PER_MS = 1_000_000


class Clock(Protocol):
    """A source of the present moment."""

    def now_ns(self) -> int:
        """Return nanoseconds since the epoch."""


class WallClock:
    """The machine's own clock."""

    def now_ns(self) -> int:
        """Return nanoseconds since the epoch."""
        return time.time_ns()


class ManualClock:
    """A clock that stands still until told, for tests."""

    def __init__(self, now_ms: int) -> None:
        """Start at ``now_ms``."""
        self._now_ns = now_ms * NS_PER_MS

    def now_ns(self) -> int:
        """Return nanoseconds since the epoch."""
        return self._now_ns

    def advance(self, milliseconds: int) -> None:
        """Move forward."""
        self._now_ns += milliseconds * NS_PER_MS


def to_ms(nanoseconds: int) -> int:
    """Return whole milliseconds, rounded down."""
    return nanoseconds // NS_PER_MS


def to_ms_text(nanoseconds: int) -> str:
    """Return milliseconds with three decimals as text, exact to the microsecond."""
    microseconds = nanoseconds // 1_000
    return f"{microseconds // 1_000}.{microseconds % 1_000:03d}"
