"""What each function's workers took of the processor, those included that have ended.

The kernel forgets what a process took once its end is collected, so it is read just before that.
"""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections import defaultdict
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

from ministack.core import lambda_runtime

from localcloud.patches.attributes import existing
from localcloud.processes import cpu_seconds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NAME = "AWS_LAMBDA_FUNCTION_NAME"
STEP_SECONDS = 0.005


class Taken(NamedTuple):
    """CPU seconds: until a worker asked for its first event, and since."""

    starting: float
    working: float


class WorkerTimes:
    """Sums the CPU seconds of workers by function."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._living: set[WorkerProcess] = set()
        self._ended: dict[str, Taken] = {}

    def begin(self, process: WorkerProcess) -> None:
        """Count a process from now on."""
        with self._lock:
            others = tuple(self._living)
            self._living.add(process)
        for each in others:
            each.poll()  # as `subprocess` does with those whose owner dropped them

    def is_over(self, process: WorkerProcess) -> bool:
        """Say whether a process has ended; what it took is kept, so its end may be collected."""
        with self._lock:
            if process not in self._living:
                return True
            if not _has_ended(process.pid):
                return False
            self._living.remove(process)
            before = self._ended.get(process.function, Taken(0, 0))
            self._ended[process.function] = _sum(before, process.taken())
        return True

    def by_function(self) -> dict[str, Taken]:
        """Give what all workers took so far."""
        with self._lock:  # no end is collected meanwhile: nobody is missed, nobody counted twice
            found = defaultdict(lambda: Taken(0, 0), self._ended)
            for each in self._living:
                found[each.function] = _sum(found[each.function], each.taken())
        return dict(found)


class WorkerProcess(subprocess.Popen[Any]):
    """A worker's process, whose end is collected only when what it took is kept."""

    def __init__(self, command: Sequence[str], *, env: Mapping[str, str], **settings: Any) -> None:
        super().__init__(command, env=env, **settings)
        self.function = env[NAME]
        self._start_seconds: float | None = None
        times.begin(self)

    def has_started(self) -> None:
        """Note that what it takes from now on is work."""
        self._start_seconds = cpu_seconds([self.pid])

    def taken(self) -> Taken:
        """Give what it took so far; all of it is its start until that is over."""
        total = cpu_seconds([self.pid])
        start = total if self._start_seconds is None else min(self._start_seconds, total)
        return Taken(start, total - start)

    def poll(self) -> int | None:
        """Say how it has ended, without waiting; None while it lives."""
        return super().poll() if times.is_over(self) else None

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end and say how it was; raises TimeoutExpired."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if deadline is not None and time.monotonic() >= deadline:
                raise subprocess.TimeoutExpired(self.args, timeout or 0)
            time.sleep(STEP_SECONDS)
        return code


times = WorkerTimes()


def apply() -> None:
    """Have the emulator start workers as processes that are counted."""
    existing(lambda_runtime, "subprocess")
    lambda_runtime.subprocess = SimpleNamespace(**{**vars(subprocess), "Popen": WorkerProcess})
    worker = existing(lambda_runtime, "ProvidedWorker")
    mark_first_poll = existing(worker, "_mark_first_poll")

    def mark(self: Any, generation: int) -> Any:
        if not self._first_poll.is_set() and self._proc is not None:
            self._proc.has_started()
        return mark_first_poll(self, generation)

    worker._mark_first_poll = mark  # noqa: SLF001 - the patch


def _has_ended(process_id: int) -> bool:
    """Say whether a child has ended, and leave its end to be collected."""
    if not hasattr(os, "waitid"):  # nor is there a `/proc` on such a machine: nothing is to be kept
        return True
    try:
        return os.waitid(os.P_PID, process_id, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:  # collected by somebody else
        return True


def _sum(one: Taken, other: Taken) -> Taken:
    return Taken(one.starting + other.starting, one.working + other.working)
