"""An environment that cannot be made, or not to its end, is told so and stays repairable."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cli.places import ROOT
from tests.acceptance.namespaces import why_not, with_read_only
from tests.acceptance.running import Run

pytestmark = pytest.mark.integration

NEEDS_A_PACKAGE = "nothing-of-this-name==1 --hash=sha256:" + "0" * 63 + "1\n"
NOBODY_ANSWERS = "http://127.0.0.1:9/simple"
OLD_PYTHON = f"""\
#!{sys.executable}
import runpy, sys
sys.version_info = (3, 10, 14, "final", 0)
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""

PYTHON_2 = f"""\
#!{sys.executable}
import sys
sys.version_info = (2, 7, 18, "final", 0)
exec(sys.argv[sys.argv.index("-c") + 1])
"""

# What version managers put in the place of a Python that is not installed.
NOT_THERE = """\
#!/bin/sh
echo "python3.13: command not found" >&2
exit 127
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Give a checkout that needs one package."""
    root = tmp_path / "checkout"
    (root / "cli").mkdir(parents=True)
    (root / "requirements").mkdir()
    shutil.copy(ROOT / "Makefile", root)
    shutil.copy(ROOT / "cli" / "bootstrap.py", root / "cli")
    (root / "requirements" / "demo.txt").write_text(NEEDS_A_PACKAGE)
    return root


@pytest.fixture(autouse=True)
def _no_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", NOBODY_ANSWERS)
    monkeypatch.setenv("PIP_RETRIES", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)


def make_demo(checkout: Path, python: str | Path = sys.executable) -> list[str]:
    return ["make", "--no-print-directory", "-C", str(checkout), "demo", f"PYTHON={python}"]


def refused(run: Run, code: str, remedy: str) -> None:
    """Check what make said and left; make itself adds a line of its own."""
    assert run.end() != 0
    run.assert_nothing_left()
    assert f"error {code}: " in run.said
    assert remedy in run.said.rpartition("remedy: ")[2]
    assert "Traceback" not in run.said


def test_a_python_that_is_too_old_makes_nothing(tmp_path: Path, checkout: Path) -> None:
    old = tmp_path / "python3.10"
    old.write_text(OLD_PYTHON)
    old.chmod(0o755)
    before = sorted(checkout.rglob("*"))

    with Run(tmp_path / "run", command=make_demo(checkout, old)) as run:
        refused(run, "PYTHON_TOO_OLD", "install Python 3.11 or newer")

    assert sorted(checkout.rglob("*")) == before


def test_what_is_no_python_3_is_told_by_its_name(tmp_path: Path, checkout: Path) -> None:
    second = tmp_path / "python2"
    second.write_text(PYTHON_2)
    second.chmod(0o755)

    for number, python in enumerate(("no-such-python", str(second))):
        with Run(tmp_path / f"run{number}", command=make_demo(checkout, python)) as run:
            refused(run, "PYTHON_MISSING", "install Python 3.11 or newer")
            assert f"{python} is no Python 3 here" in run.said


def test_a_build_without_the_runtimes_own_python_makes_nothing(
    tmp_path: Path, checkout: Path
) -> None:
    missing = tmp_path / "bin" / "python3.13"
    missing.parent.mkdir()
    missing.write_text(NOT_THERE)
    missing.chmod(0o755)
    before = sorted(checkout.rglob("*"))
    path = f"PATH={missing.parent}:{os.environ['PATH']}"
    # As from a shell: what calls the tests may be make itself, told to keep going.
    build = [
        "env",
        "--unset=MAKEFLAGS",
        path,
        "make",
        "--no-print-directory",
        "-C",
        str(checkout),
        "build",
    ]

    with Run(tmp_path / "run", command=build) as run:
        refused(run, "PYTHON_313_MISSING", "put its bin folder first: PATH=/path/to/bin:$PATH make")

    assert sorted(checkout.rglob("*")) == before


def test_a_checkout_that_cannot_be_written_makes_nothing(tmp_path: Path, checkout: Path) -> None:
    if why_not():
        pytest.skip(f"root may write everywhere, and there is no read-only disk: {why_not()}")
    before = sorted(checkout.rglob("*"))

    with Run(tmp_path / "run", command=with_read_only(checkout, make_demo(checkout))) as run:
        refused(run, "NO_WRITE_PERMISSION", "clone into a folder of your own")

    assert sorted(checkout.rglob("*")) == before


def test_an_environment_that_could_not_be_finished_is_made_anew(
    tmp_path: Path, checkout: Path
) -> None:
    (checkout / ".venv" / "bin").mkdir(parents=True)
    (checkout / ".venv" / "bin" / "python").write_text("half a file")

    with Run(tmp_path / "run", command=make_demo(checkout)) as run:
        refused(run, "REGISTRY_UNREACHABLE", "check the network")
        assert ".venv: creating the environment" in run.said

    assert not list((checkout / ".venv").glob("understudy-stamp.json*"))


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """Give an environment into which no package came."""
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    [packages] = environment.glob("lib/*/site-packages")
    (packages / "understudy.pth").write_text(f"{ROOT}\n")
    return environment


def test_a_command_that_is_interrupted_at_once_says_no_more_than_that(
    tmp_path: Path, environment: Path
) -> None:
    [packages] = environment.glob("lib/*/site-packages")
    (packages / "typer.py").write_text("raise KeyboardInterrupt\n")

    with Run(tmp_path / "run", "demo", command=[environment / "bin/python", "-Pm", "cli"]) as run:
        assert run.end() == 130
    assert run.said == ""


def test_a_half_made_environment_says_how_to_finish_it(tmp_path: Path, environment: Path) -> None:
    with Run(tmp_path / "run", "demo", command=[environment / "bin/python", "-Pm", "cli"]) as run:
        refused(run, "ENVIRONMENT_HALF_MADE", "run `make demo` again")
