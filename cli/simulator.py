"""Starts, watches and stops the simulated venue, a process of its own."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from cli.errors import CommandError
from cli.places import ROOT
from localcloud.endings import unbroken
from localcloud.guard import guarded
from localcloud.processes import is_frozen
from localcloud.wire import HOST, PARENT_PROCESS_ID

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

START_SECONDS = 20.0
STOP_SECONDS = 15.0
_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR")
_TAIL_CHARACTERS = 800
_ITS_OWN_WORDS = "simulator: "
"""Opens the line in which it says why it ends, and after a semicolon what to do."""


@dataclass(slots=True)
class SimulatorProcess:
    """One running simulator; a context manager that stops it, its books saved if they are kept."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path
    stopped: bool = False

    @classmethod
    def start(
        cls,
        folder: Path,
        port: int,
        *,
        books: Path | None = None,
        recording: Path | None = None,
        leader: str | None = None,
        holds: Sequence[int] = (),
    ) -> Self:
        """Start on `port`, with its log in `folder`, and return once it serves.

        The `leader` of the `recording`, and what it trades, are at the venue from the beginning:
        whoever listens reads the markets once and then seldom.
        `holds` are descriptors, of locks for example, that it keeps open as long as it lives.
        Raises CommandError SIMULATOR_DIED or SIMULATOR_SLOW; nothing is left running.
        """
        folder.mkdir(parents=True, exist_ok=True)
        log = folder / "simulator.log"
        arguments = ["--port", str(port)]
        arguments += ["--state", str(books)] if books else []
        arguments += ["--recording", str(recording)] if recording else []
        arguments += ["--leader", leader] if leader else []
        started = None
        try:
            with unbroken():
                started = cls(_launch(arguments, log, holds), port, log)
            started._await_start()
        except BaseException:
            if started is not None:
                started.stop()
            raise
        return started

    @property
    def url(self) -> str:
        """The venue's address."""
        return f"http://{HOST}:{self.port}"

    def check(self) -> None:
        """Raise SIMULATOR_DIED, or why it ended by its own words, when the process is gone.

        Raises SIMULATOR_FROZEN while it stands still.
        """
        if self.stopped:
            return
        if self.process.poll() is not None:
            raise self._died()
        if is_frozen(self.process.pid):
            raise CommandError(
                "SIMULATOR_FROZEN",
                f"a signal froze the simulated venue's process ({self.process.pid})",
                "start again, and let its process run: no SIGSTOP, no debugger",
            )

    def _died(self) -> CommandError:
        said = _last_line(self.log)
        if "No space left" in said or "quota exceeded" in said:
            return CommandError("DISK_FULL", said, "free some space, then run again")
        reason, _, remedy = said.removeprefix(_ITS_OWN_WORDS).rpartition("; ")
        if said.startswith(_ITS_OWN_WORDS) and reason:
            return CommandError("SIMULATOR_FAILED", reason, remedy)
        code = self.process.returncode
        return CommandError(
            "SIMULATOR_DIED",
            f"the simulated venue ended by itself (exit code {code}). {said}".strip(),
            "start again; nothing was traded anywhere but in the simulator",
        )

    def stop(self) -> None:
        """End it and wait, also when a signal comes meanwhile; idempotent."""
        self.stopped = True
        with unbroken():
            self._end()

    def _end(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.send_signal(signal.SIGCONT)  # frozen, it would not hear of it
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        was_running = self.process.poll() is None
        self.stop()
        is_told = isinstance(error, Exception)
        if self.process.returncode != 0 and (was_running or error) and not is_told:
            raise self._died()  # its last books are lost, and nobody has said so

    def _await_start(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        output = self.process.stdout
        if output is None:
            raise AssertionError("its output is a pipe")
        while time.monotonic() < deadline:
            if not select.select([output], [], [], 0.2)[0]:
                continue
            line = output.readline()
            if line:
                self.port = int(json.loads(line)["port"])
                return
            self.process.wait(STOP_SECONDS)
            self.check()
        raise CommandError(
            "SIMULATOR_SLOW",
            f"the simulated venue did not answer within {START_SECONDS:.0f} seconds",
            "run again; a busy machine may need a second try",
        )


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")[-_TAIL_CHARACTERS:]


def _launch(arguments: list[str], log: Path, holds: Sequence[int]) -> subprocess.Popen[bytes]:
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    own = {PARENT_PROCESS_ID: str(os.getpid()), "PYTHONPATH": str(ROOT)}
    with log.open("wb") as said:
        return subprocess.Popen(
            [sys.executable, "-m", "cli.simulator_child", *arguments],
            cwd=ROOT,
            env=guarded({**inherited, **own}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
            pass_fds=holds,
            start_new_session=True,  # Ctrl-C is the command's to translate into a clean stop
        )
