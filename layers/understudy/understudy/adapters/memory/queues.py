"""The flow's queues in memory: in order, repeated sendings dropped, delays kept."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from heapq import heappop, heappush
from threading import RLock
from typing import Generic, TypeVar

from understudy.adapters import sending
from understudy.adapters.sending import Sending, refuse_delay
from understudy.messages import FillFanOut, LaneCommand, LeaderFills, ReconcileCommand
from understudy.ports.clock import Clock

T = TypeVar("T")

DEDUPLICATION_MS = 5 * 60_000


class FifoQueue(Generic[T]):
    """Messages in order; the same deduplication id within five minutes is taken once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = RLock()
        self._waiting: deque[Sending[T]] = deque()
        self._seen: dict[tuple[str, str], int] = {}

    def send(self, sendings: Iterable[Sending[T]]) -> None:
        """Append messages that were not sent just now."""
        with self._lock:
            for each in sendings:
                if self._is_new(each):
                    self._waiting.append(each)

    def take(self, limit: int = 10) -> list[T]:
        """Remove and give the oldest messages."""
        with self._lock:
            count = min(limit, len(self._waiting))
            return [self._waiting.popleft().message for _ in range(count)]

    def __len__(self) -> int:
        return len(self._waiting)

    def _is_new(self, each: Sending[T]) -> bool:
        now, key = self._clock.now_ms(), (each.group, each.deduplication_id)
        self._forget_before(now - DEDUPLICATION_MS)
        if key in self._seen:
            return False
        self._seen[key] = now
        return True

    def _forget_before(self, time_ms: int) -> None:
        while self._seen:
            oldest = next(iter(self._seen))
            if self._seen[oldest] > time_ms:
                return
            del self._seen[oldest]


class DelayQueue(Generic[T]):
    """Messages without order, each not before its time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = RLock()
        self._waiting: list[tuple[int, int, T]] = []
        self._sent = 0

    def send(self, message: T, delay_seconds: int) -> None:
        """Add a message that is due after so many seconds."""
        refuse_delay(delay_seconds)
        with self._lock:
            self._sent += 1
            due_ms = self._clock.now_ms() + delay_seconds * 1000
            heappush(self._waiting, (due_ms, self._sent, message))

    def take(self, limit: int = 10) -> list[T]:
        """Remove and give messages whose time has come."""
        taken: list[T] = []
        with self._lock:
            while self._waiting and len(taken) < limit and self._is_due(self._waiting[0][0]):
                taken.append(heappop(self._waiting)[2])
        return taken

    def next_due_ms(self) -> int | None:
        """Give the time of the earliest message; None when nothing waits."""
        with self._lock:
            return self._waiting[0][0] if self._waiting else None

    def _is_due(self, due_ms: int) -> bool:
        return due_ms <= self._clock.now_ms()

    def __len__(self) -> int:
        return len(self._waiting)


class InMemoryQueues:
    """Implements `Queues`; what was sent is taken from `leader_sync`, `fan_out`, `lanes`, ..."""

    def __init__(self, clock: Clock) -> None:
        self.leader_sync: FifoQueue[LeaderFills] = FifoQueue(clock)
        self.fan_out: FifoQueue[FillFanOut] = FifoQueue(clock)
        self.lanes: FifoQueue[LaneCommand] = FifoQueue(clock)
        self.reconcile: DelayQueue[ReconcileCommand] = DelayQueue(clock)

    def to_leader_sync(self, messages: Sequence[LeaderFills]) -> None:
        """Send fills, ordered per leader."""
        self.leader_sync.send(sending.of_leader_fills(messages))

    def to_fan_out(self, messages: Sequence[FillFanOut]) -> None:
        """Send trades per shard, ordered per leader and shard."""
        self.fan_out.send(map(sending.of_fan_out, messages))

    def to_lanes(self, messages: Sequence[LaneCommand]) -> None:
        """Send commands into their wallets' lanes, ordered per lane."""
        self.lanes.send(map(sending.of_lane_command, messages))

    def to_reconcile(self, *messages: ReconcileCommand, delay_seconds: int = 0) -> None:
        """Send reconcile commands, to arrive once `delay_seconds` have passed."""
        for message in messages:
            self.reconcile.send(message, delay_seconds)
