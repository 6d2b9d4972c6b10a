"""Implements `Pool` and executors in a world: what is submitted runs beside its caller.

All of it is one process: when one part crashes, so does everything that process was doing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures import Executor, Future
from typing import Any, TypeVar

from tests.simulation.loop import CrashError, Loop

T = TypeVar("T")

GATHER_MS = 20
STEP_MS = 1
LONGEST_STEP_MS = 16


class LoopFuture(Future[T]):
    """A future for which one waits in the world's time."""

    def __init__(self, loop: Loop) -> None:
        super().__init__()
        self._loop = loop

    def wait(self) -> None:
        """Let time pass until it is done; raises CrashError if its process is gone."""
        step_ms = STEP_MS
        while not self.done():
            self._loop.sleep(step_ms)
            self._loop.refuse_overtime()
            step_ms = min(2 * step_ms, LONGEST_STEP_MS)
        if isinstance(super().exception(), CrashError):
            raise CrashError("a part of the process crashed")

    def result(self, timeout: float | None = None) -> T:
        """Give what came of it."""
        self.wait()
        return super().result(timeout)

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """Give what it raised, if it did."""
        self.wait()
        return super().exception(timeout)


class LoopPool(Executor):
    """Runs what one delivery submits."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Begin something beside the caller."""
        future = LoopFuture[T](self._loop)
        process = self._loop.process()

        def work() -> None:
            self._loop.join(process)
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(fn(*args, **kwargs))
            except CrashError as crash:
                process.crash()
                future.set_exception(crash)
            except Exception as error:  # noqa: BLE001  # a future holds whatever was raised
                future.set_exception(error)

        self._loop.spawn(work)
        return future

    def gather(self, running: Collection[Future[T]]) -> set[Future[T]]:
        """Wait for the first, then a moment for the others."""
        step_ms = STEP_MS
        while not (done := self._done(running)):
            self._pass(step_ms)
            step_ms = min(2 * step_ms, LONGEST_STEP_MS)
        if len(done) < len(running):
            self._pass(GATHER_MS)
            done = self._done(running)
        return done

    def _pass(self, duration_ms: int) -> None:
        self._loop.sleep(duration_ms)
        self._loop.refuse_overtime()

    @staticmethod
    def _done(running: Collection[Future[T]]) -> set[Future[T]]:
        return {each for each in running if each.done()}
