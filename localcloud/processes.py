"""What processes do and cost: whether one stands still, memory (shared pages once), CPU time.

Read from `/proc`; on a machine without it every figure is None rather than a guess, and
nothing stands still.
"""

from __future__ import annotations

import os
import re
import threading
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

_PROC = Path("/proc")
_PSS = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)
SAMPLE_SECONDS = 1.0


def process_tree(root_id: int) -> list[int]:
    """Return the ids of a process and all its descendants, zombies left out."""
    children: defaultdict[int, list[int]] = defaultdict(list)
    for entry in _PROC.glob("[0-9]*"):
        fields = _stat(int(entry.name))
        if fields and fields[0] != "Z":
            children[int(fields[1])].append(int(entry.name))
    tree, waiting = [], [root_id]
    while waiting:
        process_id = waiting.pop()
        tree.append(process_id)
        waiting += children[process_id]
    return tree


def is_frozen(process_id: int) -> bool:
    """Say whether a process stands still because a signal told it to."""
    return _stat(process_id)[:1] == ["T"]


def summed_pss_bytes(root_id: int) -> int | None:
    """Return the proportional memory of a process tree, or None where it cannot be known."""
    if not (_PROC / "self" / "smaps_rollup").exists():
        return None
    return sum(_pss_bytes(process_id) for process_id in process_tree(root_id))


def cpu_seconds(process_ids: Iterable[int]) -> float:
    """Return the user and system time that living processes have used so far."""
    ticks = 0
    for process_id in process_ids:
        fields = _stat(process_id)
        ticks += int(fields[11]) + int(fields[12]) if fields else 0
    return ticks / os.sysconf("SC_CLK_TCK")


class PeakMemory:
    """Samples a process tree's memory once a second in a thread, while entered."""

    def __init__(self, root_id: int | None = None) -> None:
        self._root_id = os.getpid() if root_id is None else root_id
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample, name="peak-memory", daemon=True)
        self.peak_bytes: int | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _sample(self) -> None:
        while True:
            now = summed_pss_bytes(self._root_id)
            if now is not None:
                self.peak_bytes = max(now, self.peak_bytes or 0)
            if self._stop.wait(SAMPLE_SECONDS):
                return


def _stat(process_id: int) -> list[str]:
    """Return the fields of `/proc/<id>/stat` after the program's name, or nothing."""
    try:
        text = (_PROC / str(process_id) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:  # it ended in between
        return []
    return text.rpartition(")")[2].split()


def _pss_bytes(process_id: int) -> int:
    try:
        found = _PSS.search((_PROC / str(process_id) / "smaps_rollup").read_text("ascii"))
    except OSError:  # the same
        return 0
    return int(found.group(1)) * 1024 if found else 0
