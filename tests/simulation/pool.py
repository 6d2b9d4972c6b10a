"""Implements `Pool` and executors in a world: what is submitted runs beside its caller.

All of it is one process: when one part crashes, so does everything that process was doing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures import Executor, Future
from typing import Any, TypeVar

from tests.simulation.loop import CrashError, Loop, Signal
from understudy.domain.errors import UnderstudyError

T = TypeVar("T")

GATHER_MS = 20


class LoopFuture(Future[T]):
    """A future for which one waits in the world's time; it has no use for locks."""

    def __init__(self, loop: Loop) -> None:  # the locks of real futures cost more than the work
        self._loop = loop
        self._value: Any = None
        self._error: BaseException | None = None
        self.ended = Signal()

    def set_result(self, result: T) -> None:
        """Say what came of it."""
        self._value = result
        self.ended.set()

    def set_exception(self, exception: BaseException | None) -> None:
        """Say what it raised."""
        self._error = exception
        self.ended.set()

    def done(self) -> bool:
        """Say whether it has ended."""
        return self.ended.is_set

    def cancel(self) -> bool:
        """Refuse: what was submitted runs."""
        return False

    def result(self, timeout: float | None = None) -> T:
        """Give what came of it."""
        error = self.exception(timeout)
        if error is not None:
            try:
                raise error
            finally:
                del error  # else this frame and the error's traceback keep each other
        value: T = self._value
        return value

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """Give what it raised, if it did; raises CrashError if its process is gone."""
        del timeout
        self._loop.wait_for(self.ended)
        self._loop.refuse_overtime()
        if isinstance(self._error, CrashError):
            raise CrashError("a part of the process crashed")
        return self._error


class LoopPool(Executor):
    """Runs what one delivery submits."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> LoopFuture[T]:
        """Begin something beside the caller."""
        future: LoopFuture[T] = LoopFuture(self._loop)
        process = self._loop.process()

        def work() -> None:
            self._loop.join(process)
            try:
                future.set_result(fn(*args, **kwargs))
            except CrashError as crash:
                process.crash()
                future.set_exception(crash.with_traceback(None))
            except UnderstudyError as error:
                # Foreseen: without the frames that it passed, which would keep it and each other.
                future.set_exception(error.with_traceback(None))
            except Exception as error:  # noqa: BLE001  # a future holds whatever was raised
                future.set_exception(error)

        self._loop.spawn(work)
        return future

    def gather(self, running: Collection[Future[T]]) -> set[Future[T]]:
        """Wait for the first, then a moment for the others."""
        done = self._done(running)
        if not done:
            self._wait_for_one(running)
            done = self._done(running)
        if len(done) < len(running):
            self._loop.sleep(GATHER_MS)
            self._loop.refuse_overtime()
            done = self._done(running)
        return done

    def _wait_for_one(self, running: Collection[Future[T]]) -> None:
        first = Signal()
        for future in running:
            if isinstance(future, LoopFuture):
                future.ended.waiting.append(first.set)
        self._loop.wait_for(first)
        self._loop.refuse_overtime()

    @staticmethod
    def _done(running: Collection[Future[T]]) -> set[Future[T]]:
        return {each for each in running if each.done()}
