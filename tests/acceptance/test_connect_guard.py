"""No process of a run reaches another machine, and one that tries fails the run with it.

The programs of the processes are replaced by one that tries; how they are started is ours.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cli import system
from cli.app import main
from cli.errors import CommandError
from cli.places import ROOT
from cli.simulator import SimulatorProcess
from localcloud.emulator import Emulator
from localcloud.errors import LocalCloudError
from localcloud.guard import REPORT, Refusals, refusals_noted
from localcloud.state_folder import StateFolder
from tests.acceptance.running import Run, short_recording

pytestmark = pytest.mark.integration

ELSEWHERE = "192.0.2.1"
REFUSED = f"socket.connect to '{ELSEWHERE}' refused"
TRIES = f"import socket; socket.socket().connect_ex(('{ELSEWHERE}', 80))\n"
LIVES_WITH_IT = f"""
import contextlib
with contextlib.suppress(OSError):
    {TRIES}
"""


@pytest.fixture
def refusals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Refusals:
    """Keep what is refused here on purpose out of the suite's own notes."""
    monkeypatch.setenv(REPORT, str(tmp_path / "refused"))
    return Refusals(tmp_path / "refused")


def program_that_tries(root: Path, package: str, module: str) -> None:
    (root / package).mkdir(parents=True)
    (root / package / "__init__.py").touch()
    (root / package / f"{module}.py").write_text(TRIES)


def test_the_venue_cannot(
    tmp_path: Path, refusals: Refusals, monkeypatch: pytest.MonkeyPatch
) -> None:
    program_that_tries(tmp_path / "root", "cli", "simulator_child")
    monkeypatch.setattr("cli.simulator.ROOT", tmp_path / "root")

    with pytest.raises(CommandError, match="NotThisMachineError"):
        SimulatorProcess.start(tmp_path, 0)
    assert [line.startswith(REFUSED) for line in refusals.noted()] == [True]


def test_the_emulator_cannot(
    tmp_path: Path, refusals: Refusals, monkeypatch: pytest.MonkeyPatch
) -> None:
    program_that_tries(tmp_path / "root", "localcloud", "launcher")
    monkeypatch.setattr("localcloud.emulator._REPOSITORY", tmp_path / "root")

    with pytest.raises(LocalCloudError, match="NotThisMachineError"):
        Emulator.start(StateFolder(tmp_path / "state"))
    assert [line.startswith(REFUSED) for line in refusals.noted()] == [True]


def test_a_function_cannot_and_the_demo_fails_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    ours = system.parameters_of
    elsewhere = {"HyperliquidUrl": f"http://{ELSEWHERE}:80"}
    monkeypatch.setattr(system, "parameters_of", lambda *given: {**ours(*given), **elsewhere})
    fills = short_recording(tmp_path / "fills.json", trades=1)

    assert main(["demo", "--fills", str(fills), "--followers", "1"]) == 1

    said = capfd.readouterr().err
    assert said.startswith("error OTHER_MACHINE: ")
    assert f"to '{ELSEWHERE}' refused" in said
    assert "worker.py" in said


@pytest.mark.parametrize(
    ("name", "step", "arguments"),
    [
        ("demo", "_checked", []),
        ("up", "_refuse_foreign", []),
        ("doctor", "findings", []),
        ("judge", "evidence_in", ["absent.json"]),
    ],
)
def test_a_command_cannot(tmp_path: Path, name: str, step: str, arguments: list[str]) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import sys\n"
        "from cli import app\n"
        f"from cli import {name}\n"
        f"def tries(*_):\n    {TRIES}"
        f"assert callable({name}.{step})\n"
        f"{name}.{step} = tries\n"
        f"sys.exit(app.main({[name, *arguments]!r}))\n"
    )

    with Run(tmp_path / "run", command=[sys.executable, "-P", program]) as run:
        assert run.end() == 1
        run.assert_nothing_left()
    assert REFUSED in run.said
    assert "Traceback" not in run.said


def test_a_test_cannot_even_if_the_program_lives_with_it(tmp_path: Path) -> None:
    test = tmp_path / "test_that_tries.py"
    body = LIVES_WITH_IT.replace("\n", "\n    ")
    test.write_text(f"def test_a():\n    {body}\ndef test_b():\n    pass\n")
    suite = [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest"]
    settings = ["-c", "pyproject.toml", "--rootdir", str(ROOT), "-p", "no:cacheprovider"]

    with Run(tmp_path / "run", test, command=[*suite, *settings]) as run:
        assert run.end() == 1
    assert REFUSED in run.said
    assert "1 error" in run.said
    assert "2 passed" in run.said


def test_a_python_that_a_test_starts_cannot(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(TRIES)

    with refusals_noted(tmp_path / "noted") as noted:
        ended = subprocess.run([sys.executable, program], capture_output=True, check=False)

    assert ended.returncode == 1
    assert len(noted.noted()) == 1
