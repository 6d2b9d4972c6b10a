"""Queues and what they start: at least once, in order within a group, never lost, at last dead.

As SQS with a Lambda event source: a batch of several groups goes to one worker; what it does not
finish comes again; a message that was received too often lies among the dead letters.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from tests.simulation.faults import Fates
from tests.simulation.loop import CrashError, Loop
from understudy.adapters.sending import Sending
from understudy.domain.errors import RequestBudgetError

T = TypeVar("T")

BATCHES = (1, 1, 1, 2, 2, 3, 5, 10)
VISIBILITY_MS = 20_000
RECEIVED_AT_MOST = 8
DEDUPLICATION_MS = 5 * 60_000
DISPATCH_MS = 3
DUPLICATES_AFTER_MS = (0, 1, 5, 20, 200, 1_000, 5_000)
FUNCTION_MS = 10_000

# Works through groups of messages in order; gives the groups that failed.
Work = Callable[[Mapping[Hashable, list[Any]]], Mapping[Hashable, BaseException]]


@dataclass(slots=True)
class Delivery(Generic[T]):
    """A message on its way."""

    group: Hashable
    message: T
    due_ms: int = 0
    received: int = 0


class Source(Generic[T]):
    """One queue and its function; a message without a group is its own."""

    def __init__(self, name: str, loop: Loop, fates: Fates, random: Callable[[], float]) -> None:
        self.name = name
        self.work: Work = lambda _: {}
        self.dead: list[Delivery[T]] = []
        self.failures: Counter[str] = Counter()
        self._loop = loop
        self._fates = fates
        self._random = random
        self._groups: dict[Hashable, deque[Delivery[T]]] = {}
        self._busy: set[Hashable] = set()
        self._seen: dict[tuple[Hashable, str], int] = {}
        self._is_called = False
        self._sent = 0

    def __len__(self) -> int:
        return sum(map(len, self._groups.values()))

    def send(self, sendings: Iterable[Sending[T]]) -> None:
        """Append messages; the same one within five minutes is taken once."""
        for each in sendings:
            key, now_ms = (each.group, each.deduplication_id), self._loop.now_ms
            if now_ms - self._seen.get(key, -DEDUPLICATION_MS) >= DEDUPLICATION_MS:
                self._seen[key] = now_ms
                self._add(Delivery(each.group, each.message))

    def send_later(self, message: T, delay_ms: int) -> None:
        """Add a message without a group that is due after a while."""
        self._sent += 1
        self._add(Delivery(self._sent, message, self._loop.now_ms + delay_ms))

    def redrive(self) -> int:
        """Send the dead letters once more."""
        dead, self.dead = self.dead, []
        for each in dead:
            self._add(Delivery(each.group, each.message))
        return len(dead)

    def _add(self, delivery: Delivery[T]) -> None:
        self._groups.setdefault(delivery.group, deque()).append(delivery)
        self._call(max(DISPATCH_MS, delivery.due_ms - self._loop.now_ms))

    def _call(self, after_ms: int) -> None:
        if after_ms > DISPATCH_MS:
            self._loop.call(self._dispatch, after_ms)
        elif not self._is_called:
            self._is_called = True
            self._loop.call(self._dispatch, DISPATCH_MS)

    def _dispatch(self) -> None:
        self._is_called = False
        while batch := self._take():
            self._loop.spawn(lambda batch=batch: self._serve(batch))  # type: ignore[misc]
            for _ in range(self._fates.of_delivery()):
                after_ms = DUPLICATES_AFTER_MS[int(self._random() * len(DUPLICATES_AFTER_MS))]
                self._loop.spawn(lambda batch=batch: self._serve_twice(batch), after_ms)  # type: ignore[misc]

    def _take(self) -> list[Delivery[T]]:
        batch: list[Delivery[T]] = []
        now_ms = self._loop.now_ms
        most = BATCHES[int(self._random() * len(BATCHES))]
        for group, waiting in self._groups.items():
            if group in self._busy or waiting[0].due_ms > now_ms:
                continue
            taken = [each for each in waiting if each.due_ms <= now_ms][: most - len(batch)]
            self._busy.add(group)
            for each in taken:
                each.received += 1
            batch += taken
            if len(batch) == most:
                break
        return batch

    def _serve(self, batch: list[Delivery[T]]) -> None:
        try:
            failed = self._run(batch)
        except CrashError as crash:
            self.failures[f"CrashError: {crash}"] += 1
            self._loop.call(lambda: self._return(batch, {}), VISIBILITY_MS)
            return
        self.failures.update(f"{type(error).__name__}: {error}" for error in failed.values())
        done = [each for each in batch if each.group not in failed]
        self._delete(done)
        again = [each for each in batch if each.group in failed]
        if again:
            self._loop.call(lambda: self._return(again, failed), _pause_ms(again, failed))

    def _serve_twice(self, batch: list[Delivery[T]]) -> None:
        try:
            self._run(batch)
        except CrashError:
            return

    def _run(self, batch: list[Delivery[T]]) -> Mapping[Hashable, BaseException]:
        self._loop.limit(FUNCTION_MS)
        groups: dict[Hashable, list[Any]] = {}
        for each in batch:
            groups.setdefault(each.group, []).append(each.message)
        return self.work(groups)

    def _delete(self, done: list[Delivery[T]]) -> None:
        for each in done:
            waiting = self._groups[each.group]
            waiting.remove(each)
            if not waiting:
                del self._groups[each.group]
            self._busy.discard(each.group)
        self._call(DISPATCH_MS)

    def _return(self, batch: list[Delivery[T]], failed: Mapping[Hashable, BaseException]) -> None:
        del failed
        dead = [each for each in batch if each.received >= RECEIVED_AT_MOST]
        self.dead += dead
        self._busy -= {each.group for each in batch}
        self._delete(dead)


def _pause_ms(batch: list[Any], failed: Mapping[Hashable, BaseException]) -> int:
    """Give when failed messages come again: soon, or when their error says."""
    pauses = [min(5, each.received) for each in batch]
    pauses += [
        error.again_in_seconds for error in failed.values() if isinstance(error, RequestBudgetError)
    ]
    return max(pauses) * 1000
