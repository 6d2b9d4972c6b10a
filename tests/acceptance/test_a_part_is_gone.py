"""A part of a run that is killed, or stands still, ends the run with a code and a remedy."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.acceptance.running import Run

pytestmark = pytest.mark.integration

VENUE, CLOUD = "cli.simulator_child", "localcloud.launcher"


@pytest.mark.parametrize(
    ("program", "number", "code", "remedy"),
    [
        (VENUE, signal.SIGKILL, "SIMULATOR_DIED", "start again"),
        (CLOUD, signal.SIGKILL, "EMULATOR_DIED", "start again; changes since the last clean stop"),
        (VENUE, signal.SIGSTOP, "SIMULATOR_FROZEN", "start again, and let its process run"),
        (CLOUD, signal.SIGSTOP, "EMULATOR_FROZEN", "start again, and let its process run"),
    ],
    ids=["venue killed", "cloud killed", "venue frozen", "cloud frozen"],
)
def test_a_part_that_is_killed_or_frozen_ends_the_run(
    tmp_path: Path, program: str, number: signal.Signals, code: str, remedy: str
) -> None:
    state = tmp_path / "state"
    with Run(tmp_path / "run", "up", "--state", state) as run:
        run.await_words("Ctrl-C stops everything")
        run.strike(program, number)

        assert run.end() == 1, run.said
        run.assert_nothing_left(state)

    assert f"error {code}: " in run.said
    assert remedy in run.said.rpartition("remedy: ")[2]
    assert "Traceback" not in run.said
