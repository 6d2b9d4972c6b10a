"""Queues and bus: at least once, in order within a group."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from understudy.messages import (
    Event,
    FillFanOut,
    LaneCommand,
    LeaderFills,
    ReconcileCommand,
)

MINUTE_MS = 60_000


class Queues(Protocol):
    """The queues of the flow. Sending raises DependencyError; a repeated sending is harmless."""

    def to_leader_sync(self, messages: Sequence[LeaderFills]) -> None:
        """Send fills, ordered per leader."""
        ...

    def to_fan_out(self, messages: Sequence[FillFanOut]) -> None:
        """Send trades per shard, ordered per leader and shard."""
        ...

    def to_lanes(self, messages: Sequence[LaneCommand]) -> None:
        """Send commands into their wallets' lanes, ordered per lane."""
        ...

    def to_reconcile(self, *messages: ReconcileCommand, delay_seconds: int = 0) -> None:
        """Send reconcile commands, to arrive once `delay_seconds` have passed (0 to 900)."""
        ...


class Bus(Protocol):
    """Where events go."""

    def publish(self, events: Sequence[Event]) -> None:
        """Publish events; raises DependencyError when any was not taken."""
        ...


class Purpose(StrEnum):
    """What a request to the venue is for; exits have the largest share of the budget.

    Urgent are the questions on which money waits: what became of an order, an account without which
    an entry cannot be decided. The venue's minutes are those of the clock.
    """

    ENTRY = "entry"
    EXIT = "exit"
    STATUS = "status"
    URGENT = "urgent"


def next_minute_ms(now_ms: int) -> int:
    """Give when the budget's next minute begins."""
    return (now_ms // MINUTE_MS + 1) * MINUTE_MS


def seconds_left(now_ms: int) -> int:
    """Give the seconds until the budget's next minute, rounded up, at least one."""
    return -(-(next_minute_ms(now_ms) - now_ms) // 1000)


class VenueBudget(Protocol):
    """The request budget of a venue per egress address."""

    def take(self, venue: str, purpose: Purpose, weight: int) -> bool:
        """Take weight from this minute's budget; False when none is left for this purpose.

        An exit also takes what is left for entries; an urgent question what is left for status and
        for entries.
        """
        ...

    def refused(self, venue: str) -> None:
        """Say that the venue answered 429: the budget is halved for a minute."""
        ...
