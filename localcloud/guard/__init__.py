"""Keeps every process on this machine: the environment that makes a Python refuse other addresses.

`sitecustomize.py` beside this file does the refusing; here is how to switch it on, and how a run
learns of a refusal that its process survived.
"""

from __future__ import annotations

import importlib
import os
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from localcloud.errors import Code, LocalCloudError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FOLDER = Path(__file__).resolve().parent
REPORT = "UNDERSTUDY_REFUSED_CONNECTIONS"
"""Names the variable, and so the file, in which a guarded process notes what it refused."""


def guarded(environment: Mapping[str, str]) -> dict[str, str]:
    """Return a copy of `environment` in which every new Python starts guarded.

    It notes refusals where this process does.
    """
    known = environment.get("PYTHONPATH", "").split(os.pathsep)
    rest = [entry for entry in known if entry and entry != str(FOLDER)]
    report = {REPORT: os.environ[REPORT]} if REPORT in os.environ else {}
    return {**environment, **report, "PYTHONPATH": os.pathsep.join([str(FOLDER), *rest])}


def guard_this_process() -> None:
    """Switch the guard on in the running process; it cannot be switched off again."""
    importlib.import_module("localcloud.guard.sitecustomize")


@dataclass(frozen=True, slots=True)
class Refusals:
    """The file in which the processes of one run note the connections that they refused."""

    report: Path

    def noted(self) -> list[str]:
        """Return what was noted, a line for each refusal."""
        if not self.report.exists():
            return []
        return self.report.read_text(encoding="utf-8").splitlines()

    def check(self) -> None:
        """Raise OTHER_MACHINE when anything was noted, whatever became of the connection."""
        noted = self.noted()
        if noted:
            raise LocalCloudError(
                Code.OTHER_MACHINE,
                f"a process tried to reach another machine: {noted[0]}",
                "nothing was sent; let it talk to 127.0.0.1, then run again",
            )


@contextmanager
def refusals_noted(report: Path) -> Iterator[Refusals]:
    """Have this process and those that it starts note refusals in a new file."""
    report.unlink(missing_ok=True)
    before = os.environ.get(REPORT)
    os.environ[REPORT] = str(report)
    try:
        yield Refusals(report)
    finally:
        del os.environ[REPORT]
        if before is not None:
            os.environ[REPORT] = before
