"""Many workers in one thread: each runs until it waits, and time jumps to whoever waits shortest.

Nothing here is random and nothing depends on the real clock: the same calls give the same order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from heapq import heappop, heappush, heappushpop
from typing import Any

from greenlet import getcurrent, greenlet

Work = Callable[[], None]
_NOBODY = (0, 0, None)


class CrashError(BaseException):
    """The worker is gone: nothing catches this but who started it."""


@dataclass(slots=True)
class Process:
    """What several workers may belong to: its end is the end of them all."""

    ends_ms: int | None = None

    def crash(self) -> None:
        """End it at once: whoever belongs to it gets no further than to its next call."""
        self.ends_ms = -1


class Worker(greenlet):
    """One of those who work and wait; a fresh one costs more than most of what it would do."""

    process: Process | None = None
    work: Work


def _worker() -> Worker:
    current = getcurrent()
    if not isinstance(current, Worker):
        raise TypeError("only workers of a loop belong to a process")
    return current


class Signal:
    """Something that happens once; who waits for it is woken then."""

    __slots__ = ("is_set", "waiting")

    def __init__(self) -> None:
        self.is_set = False
        self.waiting: list[Work] = []

    def set(self) -> None:
        """Say that it has happened."""
        self.is_set = True
        for wake in self.waiting:
            wake()
        self.waiting.clear()


class Loop:
    """A clock in ms and everything that waits for it."""

    def __init__(self, start_ms: int) -> None:
        self.now_ms = start_ms
        self._hub = getcurrent()
        self._waiting: list[tuple[int, int, greenlet | Work]] = []
        self._idle: list[Worker] = []
        self._scheduled = 0
        self._until_ms = start_ms

    def spawn(self, work: Work, after_ms: int = 0) -> None:
        """Start a worker of its own after a while."""
        worker = self._idle.pop() if self._idle else Worker(self._serve, self._hub)
        worker.work = work
        self._wake(worker, after_ms)

    def limit(self, duration_ms: int) -> None:
        """Give the worker that calls this so much time."""
        self.process().ends_ms = self.now_ms + duration_ms

    def process(self) -> Process:
        """Give the process of the worker that calls this: its own, if it joined none."""
        worker = _worker()
        if worker.process is None:
            worker.process = Process()
        return worker.process

    def join(self, process: Process) -> None:
        """Let the worker that calls this belong to another one's process."""
        _worker().process = process

    def refuse_overtime(self) -> None:
        """Raise CrashError in a worker whose time is over, as a function's process is ended."""
        worker: Any = getcurrent()
        process: Process | None = worker.process
        if process is None or process.ends_ms is None:
            return
        if self.now_ms > process.ends_ms:
            raise CrashError("the function's time is over")

    def call(self, work: Work, after_ms: int) -> None:
        """Do something that never waits after a while."""
        self._wake(work, after_ms)

    def sleep(self, duration_ms: int) -> None:
        """Let the worker that calls this wait; if nobody else is due before, time just passes."""
        due_ms = self.now_ms + duration_ms if duration_ms > 0 else self.now_ms
        waiting = self._waiting
        if due_ms <= self._until_ms and not (waiting and waiting[0][0] <= due_ms):
            self.now_ms = due_ms
            return
        self._scheduled += 1
        first = heappushpop(waiting, (due_ms, self._scheduled, getcurrent()))
        due_ms, _, due = first
        if due_ms > self._until_ms or not isinstance(due, greenlet) or not due:
            heappush(waiting, first)
            self._hub.switch()
            return
        self.now_ms = max(self.now_ms, due_ms)
        due.switch()

    def end(self) -> None:
        """Let everybody go who still waits: a worker that is never waked is never forgotten."""
        while self._waiting:
            _, _, due = self._waiting.pop()
            if isinstance(due, greenlet):
                due.throw()
        while self._idle:
            self._idle.pop().throw()

    def wait_for(self, signal: Signal, at_most_ms: int | None = None) -> None:
        """Let the worker that calls this wait until something has happened, or for so long."""
        if signal.is_set:
            return
        asleep = [getcurrent()]

        def wake() -> None:
            if asleep:
                self._wake(asleep.pop(), 0)

        signal.waiting.append(wake)
        if at_most_ms is not None:
            self.call(wake, at_most_ms)
        self._wait()

    def leap(self, duration_ms: int) -> None:
        """Let time pass in which nobody works; what fell due comes after it."""
        self.now_ms += duration_ms

    def run(self, until_ms: int) -> None:
        """Run everything that falls due until a time, which it is then."""
        waiting, self._until_ms = self._waiting, until_ms
        while waiting and waiting[0][0] <= until_ms:
            due_ms, _, due = heappop(waiting)
            self.now_ms = max(self.now_ms, due_ms)
            if isinstance(due, greenlet):
                due.switch()
            else:
                due()
        self.now_ms = max(self.now_ms, until_ms)

    def _serve(self) -> None:
        worker = _worker()
        while True:
            worker.work()
            worker.process = None
            self._idle.append(worker)
            self._wait()

    def _wait(self) -> None:
        """Go straight to whoever is due next, without the way over the hub if it is at work.

        The hub starts workers: one that is started by another begins as deep as that one stands.
        """
        due_ms, _, due = self._waiting[0] if self._waiting else _NOBODY
        if due_ms > self._until_ms or not isinstance(due, greenlet) or not due:
            self._hub.switch()
            return
        heappop(self._waiting)
        self.now_ms = max(self.now_ms, due_ms)
        if due is not getcurrent():
            due.switch()

    def _wake(self, due: greenlet | Work, after_ms: int) -> None:
        self._scheduled += 1
        due_ms = self.now_ms + after_ms if after_ms > 0 else self.now_ms
        heappush(self._waiting, (due_ms, self._scheduled, due))


class LoopClock:
    """Implements Clock for one function: the loop's time, a little off."""

    def __init__(self, loop: Loop, skew_ms: int = 0) -> None:
        self._loop = loop
        self._skew_ms = skew_ms

    def now_ms(self) -> int:
        """Give the time as this function's machine has it."""
        return self._loop.now_ms + self._skew_ms

    def wait_ms(self, duration_ms: int) -> None:
        """Let time pass."""
        self._loop.sleep(duration_ms)
