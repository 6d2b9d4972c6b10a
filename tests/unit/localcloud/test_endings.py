"""A signal ends a command once, and neither within the launch nor the stop of a process."""

from __future__ import annotations

import http.client
import select
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from cli.simulator import SimulatorProcess
from localcloud.emulator import Emulator
from localcloud.endings import SIGNALS, Stopped, ended_by_signals, unbroken
from localcloud.state_folder import StateFolder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LONG_SECONDS = 300
PATIENCE_SECONDS = 20
CTRL_C = 128 + signal.SIGINT


@pytest.fixture(autouse=True)
def _as_at_a_keyboard() -> Iterator[None]:
    """Have SIGINT raise, also where the tests run behind an & and would inherit ignoring it."""
    before = {each: signal.getsignal(each) for each in SIGNALS}
    signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    for each, handler in before.items():
        signal.signal(each, handler)


class Launches:
    """Stands in for `Popen`: each launch is a long sleep, with a signal before or after it."""

    def __init__(self) -> None:
        self.popen = subprocess.Popen
        self.processes: list[subprocess.Popen[bytes]] = []
        self.before: Callable[[], None] = lambda: None
        self.after: Callable[[], None] = lambda: None

    def __call__(self, _command: list[str], **settings: Any) -> subprocess.Popen[bytes]:
        self.before()
        sleeping = [sys.executable, "-S", "-c", f"import time; time.sleep({LONG_SECONDS})"]
        self.processes.append(self.popen(sleeping, **settings))
        self.after()
        return self.processes[-1]


@pytest.fixture
def launches(monkeypatch: pytest.MonkeyPatch) -> Iterator[Launches]:
    made = Launches()
    monkeypatch.setattr(subprocess, "Popen", made)
    yield made
    for process in made.processes:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


class Saving:
    """Stands in for a process that saves before it ends: meanwhile Ctrl-C is pressed."""

    stdout = None

    def __init__(self) -> None:
        self.returncode: int | None = None

    def poll(self) -> int | None:
        return self.returncode

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def send_signal(self, _number: int) -> None:
        assert self.returncode is None

    def wait(self, _seconds: float) -> int:
        signal.raise_signal(signal.SIGINT)
        self.returncode = 0
        return self.returncode


def launch_under(*signals: signal.Signals, passed: list[str]) -> None:
    with unbroken():
        for each in signals:
            signal.raise_signal(each)
        passed.append("launched")
    passed.append("handed over")


def start_emulator(folder: Path) -> None:
    Emulator.start(StateFolder(folder))


def start_simulator(folder: Path) -> None:
    SimulatorProcess.start(folder, 0)


@pytest.mark.parametrize("start", [start_emulator, start_simulator])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_what_was_being_launched_when_the_signal_came_is_ended(
    launches: Launches, tmp_path: Path, start: Callable[[Path], None], moment: str
) -> None:
    setattr(launches, moment, lambda: signal.raise_signal(signal.SIGINT))

    with ended_by_signals(), pytest.raises(Stopped) as stopped:
        start(tmp_path)

    assert stopped.value.exit_code == CTRL_C
    # By SIGTERM: it did not inherit that the command, once it ends, ignores further signals.
    assert [each.returncode for each in launches.processes] == [-signal.SIGTERM]


@pytest.mark.parametrize(
    ("start", "place", "waiting"),
    [
        (start_emulator, http.client.HTTPConnection, "request"),
        (start_simulator, select, "select"),
    ],
)
def test_who_waits_for_the_answer_of_what_was_launched_is_stopped_at_once(
    launches: Launches,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    start: Callable[[Path], None],
    place: object,
    waiting: str,
) -> None:
    went_on = []

    def interrupted(*_: object) -> NoReturn:
        signal.raise_signal(signal.SIGINT)
        went_on.append(waiting)
        raise KeyboardInterrupt

    monkeypatch.setattr(place, waiting, interrupted)

    with ended_by_signals(), pytest.raises(Stopped):
        start(tmp_path)

    assert went_on == []
    assert [each.returncode for each in launches.processes] == [-signal.SIGTERM]


@pytest.mark.parametrize("start", [start_emulator, start_simulator])
def test_a_launch_that_fails_after_the_signal_ends_the_command_as_the_signal_does(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, start: Callable[[Path], None]
) -> None:
    def failing(_command: list[str], **_: Any) -> None:
        signal.raise_signal(signal.SIGINT)
        raise BlockingIOError

    monkeypatch.setattr(subprocess, "Popen", failing)

    with ended_by_signals(), pytest.raises(Stopped):
        start(tmp_path)


def stop_emulator(folder: Path, process: Any) -> None:
    Emulator(process, 0, StateFolder(folder)).stop()


def stop_simulator(folder: Path, process: Any) -> None:
    SimulatorProcess(process, 0, folder / "simulator.log").stop()


@pytest.mark.parametrize("stop", [stop_emulator, stop_simulator])
def test_what_was_being_stopped_when_the_signal_came_is_waited_for(
    tmp_path: Path, stop: Callable[[Path, Any], None]
) -> None:
    process = Saving()

    with ended_by_signals(), pytest.raises(Stopped):
        stop(tmp_path, process)

    assert process.returncode == 0


@pytest.mark.parametrize("number", SIGNALS)
def test_the_first_signal_stops_and_those_after_it_are_ignored(number: signal.Signals) -> None:
    with ended_by_signals():
        with pytest.raises(Stopped) as stopped:
            signal.raise_signal(number)
        for each in SIGNALS:
            signal.raise_signal(each)

    assert stopped.value.exit_code == 128 + number


def test_a_second_signal_during_the_launch_is_ignored() -> None:
    passed: list[str] = []

    with ended_by_signals():
        with pytest.raises(Stopped) as stopped:
            launch_under(signal.SIGINT, signal.SIGTERM, passed=passed)
        signal.raise_signal(signal.SIGTERM)

    assert stopped.value.exit_code == CTRL_C
    assert passed == ["launched"]


def test_a_launch_within_a_launch_waits_for_the_end_of_the_outer_one() -> None:
    passed: list[str] = []

    with ended_by_signals(), pytest.raises(Stopped), unbroken():
        launch_under(signal.SIGINT, passed=passed)

    assert passed == ["launched", "handed over"]


def test_after_a_launch_the_next_signal_stops_at_once() -> None:
    with ended_by_signals():
        with unbroken():
            pass
        with pytest.raises(Stopped):
            signal.raise_signal(signal.SIGHUP)


def test_after_a_launch_that_failed_the_next_signal_stops_at_once() -> None:
    with ended_by_signals():
        with pytest.raises(BlockingIOError), unbroken():
            raise BlockingIOError
        with pytest.raises(Stopped):
            signal.raise_signal(signal.SIGINT)


def test_a_launch_in_another_thread_holds_no_signal_back() -> None:
    launching, over = threading.Event(), threading.Event()

    def launch() -> None:
        with unbroken():
            launching.set()
            over.wait(PATIENCE_SECONDS)

    with ended_by_signals():
        thread = threading.Thread(target=launch)
        thread.start()
        assert launching.wait(PATIENCE_SECONDS)
        with pytest.raises(Stopped):
            signal.raise_signal(signal.SIGINT)
        over.set()
        thread.join(PATIENCE_SECONDS)


def test_where_nobody_turns_signals_into_an_ending_ctrl_c_interrupts_as_ever() -> None:
    passed: list[str] = []

    with pytest.raises(KeyboardInterrupt):
        launch_under(signal.SIGINT, passed=passed)

    assert passed == []


def test_afterwards_each_signal_means_what_it_meant_before() -> None:
    before = [signal.getsignal(each) for each in SIGNALS]

    with pytest.raises(Stopped), ended_by_signals(), unbroken():
        signal.raise_signal(signal.SIGTERM)

    assert [signal.getsignal(each) for each in SIGNALS] == before
