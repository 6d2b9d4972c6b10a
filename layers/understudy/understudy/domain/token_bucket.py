"""A bucket of calls, kept as one time: when it will be full again. Pure; whole microseconds only.

A level would have to be refilled by somebody; this time stands still while nobody calls (GCRA).
"""

from __future__ import annotations

from dataclasses import dataclass

SECOND_US = 1_000_000


@dataclass(frozen=True, slots=True)
class Bucket:
    """So many calls at once, and one more with every interval that passes."""

    name: str
    size: int
    interval_us: int

    @property
    def window_us(self) -> int:
        """Give how long an empty bucket takes to be full."""
        return self.size * self.interval_us


@dataclass(frozen=True, slots=True)
class Admission:
    """What a bucket says to one call; `wait_us` is 0 for a call that it lets in.

    `alone` says that this process counted by itself, for the others could not be asked.
    """

    bucket: Bucket
    full_at_us: int
    now_us: int
    wait_us: int = 0
    alone: bool = False

    @property
    def is_admitted(self) -> bool:
        """Say whether the call is let in."""
        return self.wait_us == 0

    @property
    def remaining(self) -> int:
        """Give how many more calls would be let in at once."""
        missing_us = max(0, self.full_at_us - self.now_us)
        return max(0, self.bucket.window_us - missing_us) // self.bucket.interval_us

    @property
    def full_in_seconds(self) -> int:
        """Give the seconds until the bucket is full, rounded up."""
        return _seconds_up(max(0, self.full_at_us - self.now_us))

    @property
    def again_in_seconds(self) -> int:
        """Give the seconds until one call is let in, rounded up: who waits them is let in."""
        return _seconds_up(self.wait_us)


def admit(bucket: Bucket, full_at_us: int, now_us: int) -> Admission:
    """Take one call from a bucket; one that was never used has been full since 0."""
    after_us = max(full_at_us, now_us) + bucket.interval_us
    wait_us = after_us - now_us - bucket.window_us
    if wait_us > 0:
        return Admission(bucket, full_at_us, now_us, wait_us)
    return Admission(bucket, after_us, now_us)


def _seconds_up(duration_us: int) -> int:
    return -(-duration_us // SECOND_US)
