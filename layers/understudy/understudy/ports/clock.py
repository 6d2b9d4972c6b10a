"""Time as an argument."""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    """Tells the time; the only source of 'now', and the only pause, in the workflows."""

    def now_ms(self) -> int:
        """Give the wall clock in ms since 1970."""
        ...

    def wait_ms(self, duration_ms: int) -> None:
        """Let time pass; for what is too short for a queue to wait."""
        ...
