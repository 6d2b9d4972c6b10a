"""Time as an argument."""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    """Tells the time; the only source of 'now' in the workflows."""

    def now_ms(self) -> int:
        """Give the wall clock in ms since 1970."""
        ...
