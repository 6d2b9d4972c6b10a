"""What a stop of the emulator ends: every function's process, also one that is just starting."""

from __future__ import annotations

import queue
import subprocess
import sys
import threading
import weakref
from typing import TYPE_CHECKING, Any

import pytest
from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from localcloud.patches import standstill

if TYPE_CHECKING:
    from collections.abc import Iterator

LONG_SECONDS = 300
PATIENCE_SECONDS = 20
THREADS = 20  # so many that one has the number of one that ended


class Starting:
    """Environments whose process comes to be only when `go` is set, as on a busy machine."""

    def __init__(self) -> None:
        self.begun, self.go = threading.Event(), threading.Event()
        self.processes: list[subprocess.Popen[bytes]] = []

    def spawn(self, worker: Any) -> None:
        self.begun.set()
        assert self.go.wait(PATIENCE_SECONDS)
        sleeping = f"import time; time.sleep({LONG_SECONDS})"
        worker._proc = subprocess.Popen([sys.executable, "-S", "-c", sleeping])
        self.processes.append(worker._proc)

    def in_flight(self) -> tuple[int, dict[str, int]]:
        runs = not self.processes or any(each.poll() is None for each in self.processes)
        return int(runs), {}


@pytest.fixture
def starting(monkeypatch: pytest.MonkeyPatch) -> Iterator[Starting]:
    """Give environments of the patched emulator; none of their processes outlives the test."""
    starting = Starting()
    monkeypatch.setattr(standstill, "_closed", threading.Event())
    monkeypatch.setattr(standstill, "_refused", threading.local())
    monkeypatch.setattr(standstill, "_environments", weakref.WeakSet())
    monkeypatch.setattr(standstill, "DRAIN_SECONDS", 0)
    monkeypatch.setattr(standstill, "KILL_SECONDS", PATIENCE_SECONDS)
    slots = lambda_svc._acquire_execution_slot
    monkeypatch.setattr(lambda_svc, "_acquire_execution_slot", slots)
    monkeypatch.setattr(lambda_svc, "_throttle_response", lambda_svc._throttle_response)
    monkeypatch.setattr(lambda_svc, "executions_in_flight", starting.in_flight)
    monkeypatch.setattr(lambda_runtime.ProvidedWorker, "_spawn", starting.spawn)
    standstill.apply()
    yield starting
    for module in (lambda_runtime, lambda_svc):
        module.logger.disabled = False
    for process in starting.processes:
        process.kill()
        process.wait()


def test_a_process_that_starts_during_the_stop_is_ended_too(starting: Starting) -> None:
    worker = lambda_runtime.ProvidedWorker("slow", {"FunctionName": "slow"}, b"")
    invocation = threading.Thread(target=worker._spawn)
    invocation.start()
    assert starting.begun.wait(PATIENCE_SECONDS)

    stopping = threading.Thread(target=standstill.close)
    stopping.start()
    assert standstill._closed.wait(PATIENCE_SECONDS)
    starting.go.set()
    invocation.join(PATIENCE_SECONDS)
    stopping.join(PATIENCE_SECONDS)

    (process,) = starting.processes
    assert process.poll() is not None


def test_what_a_stop_ends_is_nothing_to_log(
    starting: Starting, caplog: pytest.LogCaptureFixture
) -> None:
    starting.go.set()
    worker = lambda_runtime.ProvidedWorker("listener", {"FunctionName": "listener"}, b"")
    worker._pending = queue.Queue()
    answers: list[dict[str, Any]] = []
    invocation = threading.Thread(target=lambda: answers.append(worker.invoke({}, "1")))
    invocation.start()
    assert starting.begun.wait(PATIENCE_SECONDS)

    standstill.close()
    invocation.join(PATIENCE_SECONDS)
    lambda_svc.logger.error("what was about to start failed with it")

    assert [answer["status"] for answer in answers] == ["error"]
    assert caplog.messages == []


@pytest.mark.usefixtures("starting")
def test_what_fails_while_it_may_still_end_is_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def in_flight() -> tuple[int, dict[str, int]]:
        lambda_svc.logger.warning("a batch failed")
        return 0, {}

    monkeypatch.setattr(lambda_svc, "executions_in_flight", in_flight)

    standstill.close()

    assert caplog.messages == ["a batch failed"]


@pytest.mark.usefixtures("starting")
def test_a_call_that_comes_too_late_is_refused_and_no_failure(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def in_flight() -> tuple[int, dict[str, int]]:
        assert lambda_svc._acquire_execution_slot({}, {}) == (None, "account")
        lambda_svc.logger.warning("a batch failed")
        return 0, {}

    monkeypatch.setattr(lambda_svc, "executions_in_flight", in_flight)

    standstill.close()

    assert caplog.messages == []


@pytest.mark.usefixtures("starting")
def test_a_later_thread_with_the_number_of_one_whose_call_was_refused_is_heard(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def in_flight() -> tuple[int, dict[str, int]]:
        for says in (refused, *[failed] * THREADS):
            thread = threading.Thread(target=says)
            thread.start()
            thread.join()
        return 0, {}

    def refused() -> None:
        lambda_svc._acquire_execution_slot({}, {})
        lambda_svc.logger.warning("a refused batch failed")

    def failed() -> None:
        lambda_svc.logger.warning("a batch failed")

    monkeypatch.setattr(lambda_svc, "executions_in_flight", in_flight)

    standstill.close()

    assert caplog.messages == ["a batch failed"] * THREADS


@pytest.mark.usefixtures("starting")
def test_a_call_that_comes_too_late_is_told_that_all_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lambda_svc, "executions_in_flight", lambda: (0, {}))
    config = {
        "FunctionName": "api",
        "FunctionArn": "arn:aws:lambda:us-east-1:000000000000:function:api",
    }

    standstill.close()
    answer = lambda_svc._execute_function({"config": config}, {})

    assert answer["throttle"]
    assert answer["body"]["message"] == "the local cloud is stopping"
