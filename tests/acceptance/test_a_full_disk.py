"""A disk that runs full ends the system with a code and a remedy, and no file is half-written."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cli.venue_bench import VenueBench
from tests.acceptance.namespaces import why_not, with_a_small_disk
from tests.acceptance.running import COMMAND, Run

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.integration

WALLET = "0x" + "7" * 40
DISK_MEGABYTES = 160
PIECE = bytes(1_000_000)


@pytest.fixture
def on_a_small_disk(tmp_path: Path) -> Iterator[Run]:
    """Give a running system whose state lies on a disk of its own."""
    if why_not():
        pytest.skip(f"a disk cannot be filled here: {why_not()}")
    disk = tmp_path / "disk"
    disk.mkdir()
    command = with_a_small_disk(disk, DISK_MEGABYTES, COMMAND)
    with Run(tmp_path / "run", "up", "--state", disk / "state", command=command) as run:
        run.await_words("Ctrl-C stops everything")
        yield run


@pytest.fixture
def disk(on_a_small_disk: Run) -> Iterator[Path]:
    """Give the way to the run's own disk, open even after its last process is gone."""
    run = on_a_small_disk
    inside = f"/proc/{run.process.pid}/root{run.folder.parent / 'disk'}"
    descriptor = os.open(inside, os.O_RDONLY)
    yield Path(f"/proc/self/fd/{descriptor}/")
    os.close(descriptor)


def test_a_disk_that_runs_full_ends_the_system_and_no_file_is_half_written(
    on_a_small_disk: Run, disk: Path
) -> None:
    run = on_a_small_disk
    fill(disk)
    VenueBench(run.address("venue")).command("accounts", address=WALLET, usdc="1000")

    assert run.end() == 1, run.said
    run.assert_nothing_left(disk / "state")
    whole = {file.name: json.loads(file.read_bytes()) for file in disk.glob("state/**/*.json")}
    assert {"ports.json", "books.json"} <= set(whole)
    assert "error DISK_FULL: " in run.said
    assert run.said.rpartition("remedy: ")[2].startswith("free ")
    assert "Traceback" not in run.said


def test_a_state_that_cannot_be_kept_is_told_at_the_end(on_a_small_disk: Run, disk: Path) -> None:
    run = on_a_small_disk
    fill(disk)
    run.interrupt()

    assert run.end() == 1, run.said
    run.assert_nothing_left(disk / "state")
    assert "error DISK_FULL: " in run.said
    assert "stopped; the state is kept" not in run.said


def fill(disk: Path) -> None:
    with (disk / "filler").open("wb", 0) as filler:
        for _ in range(2 * DISK_MEGABYTES):
            with suppress(OSError):
                filler.write(PIECE)
    assert shutil.disk_usage(disk).free == 0
