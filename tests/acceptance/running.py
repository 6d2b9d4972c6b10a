"""Runs the `understudy` command as a user does, and counts what it leaves behind.

Every process of a run inherits a HOME that no other process has: by it they are found in `/proc`,
whoever their parent is by now.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Collection, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

from cli.places import ROOT, SAMPLE
from localcloud.guard import REPORT
from tests.acceptance.listening import listening_processes
from tests.patience import PATIENCE_SECONDS, eventually

PROC = Path("/proc")
SUITE = b"pytest"
ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)")
DRAFTS = re.compile(r"\.(draft|new|tmp|part)$")
COMMAND = (sys.executable, "-P", "-m", "cli")
OF_THE_SUITE = (REPORT, "PYTHONPATH")


class Run:
    """One run of the command in a folder of its own: `home`, `tmp`, and what it said."""

    def __init__(
        self, folder: Path, *arguments: str | Path, command: Sequence[str | Path] = COMMAND
    ) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.temporary = folder / "tmp"
        self._said = folder / "said.txt"
        for made in (self.home, self.temporary):
            made.mkdir(parents=True)
        with self._said.open("wb") as said:
            self.process = subprocess.Popen(
                [*command, *arguments],
                cwd=ROOT,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave nothing to the next test, whatever this one found."""
        for process_id in self.processes():
            with suppress(ProcessLookupError):  # it ended in between
                os.kill(process_id, signal.SIGKILL)
        self.process.wait()

    @property
    def said(self) -> str:
        """What it has said so far, errors included."""
        return self._said.read_text(encoding="utf-8")

    def await_words(self, words: str) -> str:
        """Wait until it has said these words; return everything it said."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while words not in self.said:
            assert self.process.poll() is None, f"it ended first: {self.said}"
            assert time.monotonic() < deadline, f"it never said {words!r}: {self.said}"
            time.sleep(0.02)
        return self.said

    def address(self, name: str) -> str:
        """Return an address that it has said, by the word before it."""
        found = re.search(rf"{name} *(?:at )?(http://\S+)", self.said)
        assert found, self.said
        return found[1]

    def interrupt(self) -> None:
        """Press Ctrl-C, which reaches the whole process group."""
        os.killpg(self.process.pid, signal.SIGINT)

    def end(self) -> int:
        """Wait for its end; return the exit code."""
        return self.process.wait(PATIENCE_SECONDS)

    def processes(self, program: str = "") -> list[int]:
        """Return the ids of its living processes, of one program or all."""
        return found_processes(f"HOME={self.home}", program)

    def strike(self, program: str, number: signal.Signals) -> None:
        """Send a signal to its one process of a program."""
        [process_id] = without_children(self.processes(program))
        os.kill(process_id, number)

    def assert_nothing_left(self, *places: Path) -> None:
        """Check that no process, port, temporary or half-written file is left."""
        eventually(lambda: not self.processes())
        ports = sorted(map(int, set(ADDRESS.findall(self.said))))
        assert [port for port in ports if any(map(is_left, listening_processes(port)))] == []
        assert list(self.temporary.iterdir()) == []
        assert [file for place in places for file in drafts_in(place)] == []

    def _environment(self) -> dict[str, str]:
        """Give what a user's shell gives: nothing of the suite's own guard."""
        own = {"HOME": str(self.home), "TMPDIR": str(self.temporary)}
        users = {name: text for name, text in os.environ.items() if name not in OF_THE_SUITE}
        return {**users, **own}


def found_processes(variable: str, program: str = "") -> list[int]:
    """Return the ids of the processes with a variable in their environment, of one program."""
    marks = f"{variable}\0".encode(), program.encode()
    return [int(entry.name) for entry in PROC.glob("[0-9]*") if _has(entry, *marks)]


def without_children(process_ids: Collection[int]) -> list[int]:
    """Leave out whose parent is among them.

    A child that is about to run another program has, until it does, its parent's command line.
    """
    return [each for each in process_ids if parent_of(each) not in {None, *process_ids}]


def parent_of(process_id: int) -> int | None:
    """Return the id of a process's parent, or None when it has ended."""
    try:
        said = (PROC / str(process_id) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return int(said.rpartition(")")[2].split()[1])


def drafts_in(place: Path) -> list[Path]:
    """Return the files that were begun and not finished."""
    return [file for file in place.rglob("*") if DRAFTS.search(file.name)]


def short_recording(path: Path, trades: int, after: int = 0) -> Path:
    """Write some trades of the sample as a recording; return its path."""
    with gzip.open(SAMPLE) as file:
        fills = json.load(file)["leaders"]["sample"]["fills"]
    kept: dict[tuple[str, str, int], list[dict[str, object]]] = {}
    for fill in sorted(fills, key=lambda each: int(each["time"])):
        kept.setdefault((fill["coin"], fill["side"], fill["time"]), []).append(fill)
    chosen = [fill for trade in list(kept.values())[after : after + trades] for fill in trade]
    path.write_text(json.dumps(chosen), encoding="utf-8")
    return path


def is_left(process_id: int) -> bool:
    """Tell whether no test suite that still runs has started a process.

    A port that a run gave back may be another test's by now.
    """
    each: int | None = process_id
    while each:
        if _has(PROC / str(each), b"", SUITE):
            return False
        each = parent_of(each)
    return True


def _has(entry: Path, mark: bytes, program: bytes) -> bool:
    try:
        is_marked = mark in (entry / "environ").read_bytes() + b"\0"
        return is_marked and program in (entry / "cmdline").read_bytes()
    except OSError:  # it ended in between, or is not ours
        return False
