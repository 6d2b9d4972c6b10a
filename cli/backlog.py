"""How far the system is behind: the copies still waiting, and how long they will take.

Counted at the queues themselves, so that watching costs the system next to nothing.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from cli.errors import CommandError

if TYPE_CHECKING:
    from localcloud.stack import RunningStack

PER_TRADE = ("LeaderFillsQueue", "FillFanOutQueue")
PER_COPY = "FollowerExecuteQueue"
COUNTS = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)
WINDOW_SECONDS = Decimal(5)
SLOWEST_PER_SECOND = Decimal(8)
"""What is assumed before anything was measured, and at least."""
HUNDREDTH = Decimal("0.01")


class Queues:
    """Counts the messages of the copy path."""

    def __init__(self, stack: RunningStack) -> None:
        self._client = stack.session().client("sqs")
        self._urls = stack.stack.queue_urls

    def waiting_copies(self, follows: int) -> int:
        """Return how many copies wait or are being worked on; a trade counts once per follow."""
        trades = sum(self._count(name) for name in PER_TRADE)
        return trades * follows + self._count(PER_COPY)

    def _count(self, name: str) -> int:
        if name not in self._urls:
            raise CommandError(
                "TEMPLATE_INVALID", f"template.yaml has no queue {name}", "restore template.yaml"
            )
        asked = self._client.get_queue_attributes(
            QueueUrl=self._urls[name], AttributeNames=list(COUNTS)
        )
        return sum(int(asked["Attributes"][count]) for count in COUNTS)


@dataclass(slots=True)
class Pace:
    """Estimates the lag: waiting copies at the pace of the last seconds in which there were any."""

    seen: deque[tuple[Decimal, int]] = field(default_factory=deque)
    per_second: Decimal = SLOWEST_PER_SECOND

    def lag_seconds(self, now_seconds: Decimal, released: int, waiting: int) -> Decimal:
        """Take a count of released and waiting copies; give the estimated time to finish them."""
        self.seen.append((now_seconds, max(0, released - waiting)))
        while self.seen[0][0] < now_seconds - WINDOW_SECONDS:
            self.seen.popleft()
        if waiting:
            self._measure()
        return (waiting / self.per_second).quantize(HUNDREDTH)

    def _measure(self) -> None:
        (first_at, first_done), (last_at, last_done) = self.seen[0], self.seen[-1]
        if last_at - first_at < 1:
            return
        measured = Decimal(last_done - first_done) / (last_at - first_at)
        self.per_second = max(SLOWEST_PER_SECOND, measured)
