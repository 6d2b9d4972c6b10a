"""A clock that stands still until it is moved."""

from __future__ import annotations


class ManualClock:
    """Tells the time it was given."""

    def __init__(self, now_ms: int = 0) -> None:
        self._now_ms = now_ms

    def now_ms(self) -> int:
        """Give the time in ms since 1970."""
        return self._now_ms

    def wait_ms(self, duration_ms: int) -> None:
        """Let time pass at once."""
        self.advance(duration_ms)

    def move_to(self, now_ms: int) -> None:
        """Set the time."""
        self._now_ms = now_ms

    def advance(self, by_ms: int) -> None:
        """Let time pass."""
        self._now_ms += by_ms
