"""Rules per minute. Their clock is the leader's: the times of the fills, not the wall clock.

What was ordered later than its trade, as at a window's end, counts from then.
"""

from __future__ import annotations

from collections.abc import Sequence

MINUTE_MS = 60_000
FAST_LEADER_TRADES_PER_MINUTE = 60
SAME_ENTRY_MS = 60_000


def last_minute(times_ms: Sequence[int], now_ms: int) -> tuple[int, ...]:
    """Keep the times that lie less than a minute before now."""
    return tuple(time_ms for time_ms in times_ms if time_ms > now_ms - MINUTE_MS)


def entry_time(entries_ms: Sequence[int], time_ms: int) -> int:
    """Give the time at which an entry counts: never before the entry that was ordered before it."""
    return max((time_ms, *entries_ms))


def too_fast(trades_last_minute: int) -> bool:
    """Say whether a leader trades too often to be copied trade by trade."""
    return trades_last_minute >= FAST_LEADER_TRADES_PER_MINUTE
