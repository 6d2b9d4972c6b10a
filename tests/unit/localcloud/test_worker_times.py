"""What a worker took of the processor is known after its end, whoever collects that."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, TypeAlias

import pytest

from localcloud.patches import worker_times
from localcloud.patches.worker_times import NAME, Taken, WorkerProcess, WorkerTimes
from tests.patience import PATIENCE_SECONDS, eventually

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BURST_SECONDS = 0.1
LEAST_SECONDS = 0.07  # the kernel counts in ticks
PROGRAM = f"""
import sys, time
for line in sys.stdin:
    until = time.process_time() + {BURST_SECONDS}
    while time.process_time() < until:
        pass
    print("done", flush=True)
"""

Start: TypeAlias = "Callable[[str], WorkerProcess]"


@pytest.fixture
def times(monkeypatch: pytest.MonkeyPatch) -> WorkerTimes:
    fresh = WorkerTimes()
    monkeypatch.setattr(worker_times, "times", fresh)
    return fresh


@pytest.fixture
def start(times: WorkerTimes) -> Iterator[Start]:
    started: list[WorkerProcess] = []

    def start_one(function: str) -> WorkerProcess:
        command, pipe = [sys.executable, "-S", "-c", PROGRAM], subprocess.PIPE
        started.append(WorkerProcess(command, env={NAME: function}, stdin=pipe, stdout=pipe))
        return started[-1]

    yield start_one
    for each in started:
        each.kill()
        each.communicate()


def burn(process: WorkerProcess) -> None:
    """Have a process take a burst of the processor."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b"burn\n")
    process.stdin.flush()
    assert process.stdout.readline() == b"done\n"


def collected_by_waiting(process: WorkerProcess, _start: Start) -> None:
    process.wait(PATIENCE_SECONDS)


def collected_by_asking(process: WorkerProcess, _start: Start) -> None:
    eventually(lambda: process.poll() is not None)


def collected_by_the_next_start(process: WorkerProcess, start: Start) -> None:
    def is_collected() -> bool:
        start("other")
        return process.returncode is not None

    eventually(is_collected)


@pytest.mark.parametrize(
    "collect", [collected_by_waiting, collected_by_asking, collected_by_the_next_start]
)
def test_an_ended_worker_still_counts(
    times: WorkerTimes, start: Start, collect: Callable[[WorkerProcess, Start], None]
) -> None:
    process = start("signer")
    burn(process)
    process.has_started()
    burn(process)
    living = times.by_function()["signer"]

    burn(process)
    process.kill()
    collect(process, start)

    ended = times.by_function()["signer"]
    assert living.starting >= LEAST_SECONDS
    assert living.working >= LEAST_SECONDS
    assert ended.starting == living.starting
    assert ended.working >= living.working + LEAST_SECONDS


def test_a_functions_workers_count_together(times: WorkerTimes, start: Start) -> None:
    ended, living = start("signer"), start("signer")
    for each in (ended, living):
        each.has_started()
        burn(each)
    start("api")

    ended.kill()
    ended.wait(PATIENCE_SECONDS)

    assert times.by_function()["signer"].working >= 2 * LEAST_SECONDS
    assert times.by_function()["api"].working == 0


def test_of_a_worker_that_never_asked_for_an_event_all_is_its_start(
    times: WorkerTimes, start: Start
) -> None:
    process = start("signer")
    burn(process)
    process.kill()
    process.wait(PATIENCE_SECONDS)

    taken = times.by_function()["signer"]
    assert taken.starting >= LEAST_SECONDS
    assert taken == Taken(taken.starting, 0)


def test_who_waits_for_a_living_worker_is_told_that_it_lives(start: Start) -> None:
    process = start("signer")

    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=0)

    assert process.poll() is None
