"""Queues and what they start: at least once, in order within a group, never lost, at last dead.

As SQS with a Lambda event source: a batch of several groups goes to one worker; what it does not
finish comes again; a message that was received too often lies among the dead letters.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any, Generic, TypeVar

from tests.simulation.faults import Fate, Fates
from tests.simulation.loop import CrashError, Loop
from understudy.adapters.sending import Sending
from understudy.domain.errors import (
    ConflictError,
    DependencyError,
    RequestBudgetError,
    SigningUnavailableError,
    VenueUnreachableError,
)

T = TypeVar("T")

BATCHES = (1, 1, 1, 2, 2, 3, 5, 10)
VISIBILITY_MS = 60_000
RECEIVED_AT_MOST = 8
DEDUPLICATION_MS = 5 * 60_000
DISPATCH_MS = 3
DUPLICATES_AFTER_MS = (0, 1, 5, 20, 200, 1_000, 5_000)
FUNCTION_MS = 10_000
# What is over by itself, so that giving the message again helps.
PASSING = (ConflictError, DependencyError, SigningUnavailableError, VenueUnreachableError)

CRASHES = frozenset({Fate.CRASH_BEFORE, Fate.CRASH_AFTER})
# How it may fail to say something that is heard all the same.
HEARD = frozenset({None, Fate.CRASH_AFTER, Fate.TIMEOUT_LANDED})

# Works through groups of messages in order; gives the groups that failed.
Work = Callable[[Mapping[Hashable, list[Any]]], Mapping[Hashable, BaseException]]


@dataclass(slots=True)
class Delivery(Generic[T]):
    """A message on its way."""

    group: Hashable
    message: T
    due_ms: int = 0
    received: int = 0
    receipt: int = 0


@dataclass(frozen=True, slots=True)
class Taken(Generic[T]):
    """A delivery in a worker's hands, which lie empty once somebody else may take it."""

    delivery: Delivery[T]
    receipt: int

    @property
    def is_held(self) -> bool:
        """Say whether this worker's receipt still counts."""
        return self.delivery.receipt == self.receipt

    @property
    def group(self) -> Hashable:
        """Give the delivery's group."""
        return self.delivery.group


class Source(Generic[T]):
    """One queue and its function; a message without a group is its own.

    What a worker does not finish within `lost_ms` may be taken by another one beside it.
    """

    def __init__(
        self,
        name: str,
        loop: Loop,
        fates: Fates,
        random: Callable[[], float],
        lost_ms: int = VISIBILITY_MS,
    ) -> None:
        self.name = name
        self._lost_ms = lost_ms
        self.work: Work = lambda _: {}
        self.dead: list[Delivery[T]] = []
        self.died: list[T] = []
        self.failures: Counter[str] = Counter()
        self.faults_of_ours: list[str] = []
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

    def holds(self, group: Hashable) -> bool:
        """Say whether there are messages of a group."""
        return group in self._groups

    def is_busy(self, group: Hashable) -> bool:
        """Say whether messages of a group are in somebody's hands, who may be gone."""
        return group in self._busy

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
            self._loop.spawn(partial(self._serve, batch))
            for _ in range(self._fates.of_delivery()):
                after_ms = DUPLICATES_AFTER_MS[int(self._random() * len(DUPLICATES_AFTER_MS))]
                self._loop.spawn(partial(self._serve_twice, batch), after_ms)

    def _take(self) -> list[Taken[T]]:
        batch: list[Taken[T]] = []
        now_ms = self._loop.now_ms
        most = BATCHES[int(self._random() * len(BATCHES))]
        for group, waiting in self._groups.items():
            if group in self._busy or waiting[0].due_ms > now_ms:
                continue
            self._busy.add(group)
            for each in islice(waiting, most - len(batch)):  # a group is due as one
                each.received += 1
                batch.append(_held(each))
            if len(batch) == most:
                break
        return batch

    def _serve(self, batch: list[Taken[T]]) -> None:
        fate = self._told()
        lost_ms = self._lost_ms if fate in HEARD else VISIBILITY_MS
        self._loop.call(lambda: self._return(batch), lost_ms)
        try:
            failed = self._run(batch, dies=fate in CRASHES)
        except CrashError as crash:
            self._loop.process().crash()
            self.failures[f"CrashError: {crash}"] += 1
            return
        self._note(failed.values())
        held = [each for each in batch if each.is_held]
        self._delete([each.delivery for each in held if each.group not in failed])
        again = [_held(each.delivery) for each in held if each.group in failed]
        if again:
            self._loop.call(lambda: self._return(again), _pause_ms(again, failed))

    def _note(self, errors: Iterable[BaseException]) -> None:
        for error in errors:
            text = f"{type(error).__name__}: {error}"
            self.failures[text] += 1
            if not isinstance(error, PASSING):
                self.faults_of_ours.append(text)

    def _told(self) -> Fate | None:
        """Say to the queue how long this worker has, if its queue gives less than others do."""
        if self._lost_ms == VISIBILITY_MS:
            return None
        return self._fates.of_cloud_call(f"{self.name} unless done")

    def _serve_twice(self, batch: list[Taken[T]]) -> None:
        try:
            self._run(batch)
        except CrashError:
            self._loop.process().crash()

    def _run(
        self, batch: list[Taken[T]], *, dies: bool = False
    ) -> Mapping[Hashable, BaseException]:
        self._loop.limit(FUNCTION_MS)
        if dies:
            self._loop.process().crash()
        groups: dict[Hashable, list[Any]] = {}
        for each in batch:
            groups.setdefault(each.group, []).append(each.delivery.message)
        return self.work(groups)

    def _delete(self, done: list[Delivery[T]]) -> None:
        for each in done:
            waiting = self._groups[each.group]
            waiting.remove(each)
            each.receipt += 1
            if not waiting:
                del self._groups[each.group]
            self._busy.discard(each.group)
        self._call(DISPATCH_MS)

    def _return(self, batch: list[Taken[T]]) -> None:
        """Let others take what is still held; what was received too often is dead."""
        held = [each.delivery for each in batch if each.is_held]
        dead = [each for each in held if each.received >= RECEIVED_AT_MOST]
        for each in held:
            each.receipt += 1
        self.dead += dead
        self.died += [each.message for each in dead]
        self._busy -= {each.group for each in held}
        self._delete(dead)


def _held(delivery: Delivery[T]) -> Taken[T]:
    """Give a delivery with a new receipt."""
    delivery.receipt += 1
    return Taken(delivery, delivery.receipt)


def _pause_ms(again: list[Any], failed: Mapping[Hashable, BaseException]) -> int:
    """Give when failed messages come again: soon, or when their error says."""
    pauses = [min(5, each.delivery.received) for each in again]
    pauses += [
        error.again_in_seconds for error in failed.values() if isinstance(error, RequestBudgetError)
    ]
    return max(pauses) * 1000
