"""The machine's clock."""

from __future__ import annotations

import time


class SystemClock:
    """Tells the wall clock."""

    def now_ms(self) -> int:
        """Give the wall clock in ms since 1970."""
        return time.time_ns() // 1_000_000

    def wait_ms(self, duration_ms: int) -> None:
        """Sleep."""
        time.sleep(duration_ms / 1000)
