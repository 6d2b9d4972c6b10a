"""One real environment, without packages: made, linked to the sources, left alone when current."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / "cli" / "bootstrap.py"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    root = tmp_path / "a folder with spaces"
    (root / "cli").mkdir(parents=True)
    (root / "requirements").mkdir()
    shutil.copy(SCRIPT, root / "cli" / "bootstrap.py")
    (root / "cli" / "__main__.py").write_text("import sys\nprint('ran', sys.argv[1:])\n")
    (root / "requirements" / "demo.txt").write_text("# no package\n")
    return root


def bootstrap(checkout: Path) -> subprocess.CompletedProcess[str]:
    script = checkout / "cli" / "bootstrap.py"
    return subprocess.run(
        [sys.executable, script, "demo"], capture_output=True, text=True, check=False
    )


def test_an_environment_is_made_once_and_its_command_runs(checkout: Path) -> None:
    made = bootstrap(checkout)
    again = bootstrap(checkout)

    assert (made.returncode, again.returncode) == (0, 0), made.stderr + again.stderr
    assert made.stdout.splitlines()[-1].startswith(".venv is ready")
    assert again.stdout == ""
    command = str(checkout / ".venv" / "bin" / "understudy")
    assert subprocess.check_output([command, "demo"], text=True, cwd="/") == "ran ['demo']\n"


def test_an_environment_that_broke_half_way_is_repaired(checkout: Path) -> None:
    (checkout / ".venv" / "bin").mkdir(parents=True)
    (checkout / ".venv" / "bin" / "python").write_text("half a file")

    repaired = bootstrap(checkout)

    assert repaired.returncode == 0, repaired.stderr
