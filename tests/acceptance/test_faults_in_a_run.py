"""What breaks while the system runs ends the run with a code and a remedy, and leaves nothing."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from cli.venue_bench import VenueBench
from tests.acceptance.running import Run, short_recording
from tests.patience import eventually

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(
    ("program", "code", "remedy"),
    [
        ("cli.simulator_child", "SIMULATOR_DIED", "start again"),
        ("localcloud.launcher", "EMULATOR_DIED", "start again; changes since the last clean stop"),
    ],
)
def test_a_part_that_is_killed_while_copies_are_made_ends_the_demo_without_figures(
    tmp_path: Path, program: str, code: str, remedy: str
) -> None:
    fills = short_recording(tmp_path / "fills.json", trades=40)
    figures, state = tmp_path / "figures.json", tmp_path / "state"
    with Run(
        tmp_path / "run",
        *("demo", "--fills", fills, "--followers", "1", "--speed", "1"),
        *("--json", figures, "--state", state),
    ) as run:
        run.await_words("1/1 followers")
        await_the_replay(VenueBench(run.address("venue")))
        run.await_words("/40 trades")
        run.strike(program, signal.SIGKILL)  # as the kernel does when memory is short

        assert run.end() == 1, run.said
        run.assert_nothing_left(tmp_path)

    assert f"error {code}: " in run.said
    assert remedy in run.said.rpartition("remedy: ")[2]
    assert "Traceback" not in run.said
    assert not figures.exists()


@pytest.mark.parametrize("moment", ["venue at", "emulator at", "1/1 followers"])
def test_a_demo_that_is_interrupted_leaves_nothing(tmp_path: Path, moment: str) -> None:
    fills = short_recording(tmp_path / "fills.json", trades=40)
    figures = tmp_path / "figures.json"
    with Run(
        tmp_path / "run", "demo", "--fills", fills, "--followers", "1", "--json", figures
    ) as run:
        run.await_words(moment)
        run.interrupt()
        run.interrupt()  # people press it twice

        assert run.end() == 130, run.said
        run.assert_nothing_left(tmp_path)

    assert run.said.endswith("stopped; nothing is left running\n")
    assert not figures.exists()


def await_the_replay(bench: VenueBench) -> None:
    eventually(lambda: bench.look("replay")["released_trades"])
