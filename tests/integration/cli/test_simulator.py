"""The simulated venue as a child process: it serves, it is missed when it dies, it never stays."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cli.errors import CommandError
from cli.simulator import SimulatorProcess
from cli.venue_bench import VenueBench
from tests.begun import begun_processes
from tests.patience import eventually

pytestmark = pytest.mark.integration
ROOT = Path(__file__).resolve().parents[3]
OWNER = """
import sys, time
from pathlib import Path
from cli.simulator import SimulatorProcess
child = SimulatorProcess.start(Path(sys.argv[1]), 0)
print(child.process.pid, flush=True)
time.sleep(60)
"""


def test_it_serves_until_it_is_stopped(tmp_path: Path) -> None:
    with SimulatorProcess.start(tmp_path, 0) as simulator:
        bench = VenueBench(simulator.url)
        assert bench.look("health")["status"] == "ok"
        with pytest.raises(CommandError) as refused:
            bench.command("accounts", address="nobody")
        assert refused.value.code == "SIMULATOR_REFUSED"
        assert "refuses this: " in refused.value.message

    assert simulator.process.returncode == 0
    with pytest.raises(CommandError, match="does not answer"):
        bench.look("health")


def test_its_death_is_named(tmp_path: Path) -> None:
    with SimulatorProcess.start(tmp_path, 0) as simulator:
        simulator.process.kill()
        simulator.process.wait()
        with pytest.raises(CommandError) as died:
            simulator.check()

    assert died.value.code == "SIMULATOR_DIED"


def test_books_that_cannot_be_read_are_named_and_nothing_runs(tmp_path: Path) -> None:
    books = tmp_path / "venue"
    books.mkdir()
    (books / "books.json").write_text("{")
    before = begun_processes()

    with pytest.raises(CommandError, match="cannot be read"):
        SimulatorProcess.start(tmp_path, 0, books=books)
    assert begun_processes() == before


def test_it_ends_when_the_command_was_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-P", "-c", OWNER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as owner:
        assert owner.stdout is not None
        child = int(owner.stdout.readline())
        owner.send_signal(signal.SIGKILL)

    eventually(lambda: not _is_alive(child))


def _is_alive(process_id: int) -> bool:
    try:
        fields = Path(f"/proc/{process_id}/stat").read_text(encoding="ascii").rpartition(")")[2]
    except OSError:
        return False
    return fields.split()[0] != "Z"
