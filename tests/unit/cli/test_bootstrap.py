"""Environments are made once, repaired when half-made, and every failure names its remedy."""

from __future__ import annotations

import ast
import errno
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cli import bootstrap

if TYPE_CHECKING:
    from collections.abc import Sequence


class Steps:
    """Stands for the commands: the environment's python is one that accepts everything."""

    def __init__(self) -> None:
        self.commands: list[Sequence[str]] = []
        self.failure: Exception | None = None

    def run(self, command: Sequence[str], total: int) -> None:
        assert total >= 0
        self.commands.append(command)
        if "venv" in command:
            environment = Path(command[-1])
            bootstrap._site_packages(environment).mkdir(parents=True, exist_ok=True)
            (environment / "bin").mkdir(exist_ok=True)
            bootstrap._python(environment).unlink(missing_ok=True)
            bootstrap._python(environment).symlink_to("/bin/true")
        elif self.failure:
            raise self.failure

    def created(self) -> bool:
        return any("venv" in command for command in self.commands)


@pytest.fixture
def steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Steps:
    (tmp_path / "requirements").mkdir()
    for name in bootstrap.ENVIRONMENTS:
        (tmp_path / "requirements" / f"{name}.txt").write_text(f"{name}==1\n")
    fake = Steps()
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "_run", fake.run)
    return fake


def code_printed(capsys: pytest.CaptureFixture[str]) -> str:
    lines = capsys.readouterr().err.splitlines()
    assert lines[-1].startswith("remedy: ")
    return lines[0].split()[1].rstrip(":")


def test_it_parses_on_python_3_6() -> None:
    source = Path(bootstrap.__file__).read_text(encoding="utf-8")

    tree = ast.parse(source, feature_version=(3, 6))

    imports = [node.module for node in tree.body if isinstance(node, ast.ImportFrom)]
    assert "__future__" not in imports


def test_a_python_that_is_too_old_is_told_so(
    steps: Steps, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "OLDEST_PYTHON", (99, 0))

    assert bootstrap.main(["demo"]) == 1
    assert code_printed(capsys) == "PYTHON_TOO_OLD"
    assert steps.commands == []


@pytest.mark.parametrize("arguments", [[], ["prod"], ["demo", "dev"]])
def test_an_unknown_set_is_refused(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert bootstrap.main(arguments) == 1
    assert code_printed(capsys) == "UNKNOWN_SET"


def test_a_second_run_does_nothing(steps: Steps) -> None:
    assert bootstrap.main(["demo"]) == 0
    steps.commands.clear()

    assert bootstrap.main(["demo"]) == 0
    assert steps.commands == []


def test_the_dev_environment_serves_the_demo(steps: Steps) -> None:
    bootstrap.main(["dev"])
    steps.commands.clear()

    bootstrap.main(["demo"])

    assert steps.commands == []


def test_the_demo_environment_grows_into_dev_without_starting_over(steps: Steps) -> None:
    bootstrap.main(["demo"])
    steps.commands.clear()

    bootstrap.main(["dev"])

    assert steps.commands != []
    assert not steps.created()


def test_new_pins_are_installed_for_the_set_that_was_there(steps: Steps) -> None:
    bootstrap.main(["dev"])
    steps.commands.clear()
    (bootstrap.ROOT / "requirements" / "dev.txt").write_text("dev==2\n")

    bootstrap.main(["demo"])

    assert any(command[-1].endswith("dev.txt") for command in steps.commands)


def test_a_half_made_environment_is_made_anew(
    steps: Steps, capsys: pytest.CaptureFixture[str]
) -> None:
    steps.failure = bootstrap._explain("[Errno 28] No space left on device")
    assert bootstrap.main(["demo"]) == 1
    assert code_printed(capsys) == "DISK_FULL"
    steps.failure = None
    steps.commands.clear()

    assert bootstrap.main(["demo"]) == 0
    assert steps.created()


def test_a_failed_update_leaves_a_half_made_environment(steps: Steps) -> None:
    bootstrap.main(["demo"])
    steps.failure = bootstrap._explain("ReadTimeout")
    assert bootstrap.main(["dev"]) == 1
    steps.failure = None
    steps.commands.clear()

    bootstrap.main(["demo"])

    assert steps.created()


def test_an_environment_that_was_moved_is_made_anew(
    steps: Steps, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bootstrap.main(["demo"])
    steps.commands.clear()
    moved = tmp_path.rename(tmp_path.with_name("moved"))
    monkeypatch.setattr(bootstrap, "ROOT", moved)

    bootstrap.main(["demo"])

    assert steps.created()


@pytest.mark.parametrize(
    ("output", "code"),
    [
        ("OSError: [Errno 28] No space left on device", "DISK_FULL"),
        ("PermissionError: [Errno 13] Permission denied: 'x'", "NO_WRITE_PERMISSION"),
        ("because ensurepip is not available.  On Debian", "PIP_MISSING"),
        ("/usr/bin/python3: No module named venv", "PIP_MISSING"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM", "HASH_MISMATCH"),
        (
            "NewConnectionError: Connection refused\nERROR: No matching distribution found for x",
            "REGISTRY_UNREACHABLE",
        ),
        ("ERROR: No matching distribution found for x==1", "PACKAGE_MISSING"),
        ("x 1 requires y, which is not installed.", "PACKAGE_MISSING"),
        ("something new", "INSTALL_FAILED"),
    ],
)
def test_what_a_step_said_becomes_a_code_and_a_remedy(output: str, code: str) -> None:
    error = bootstrap._explain(output)

    assert error.code == code
    assert error.remedy


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "DISK_FULL"),
        (errno.EDQUOT, "DISK_FULL"),
        (errno.EACCES, "NO_WRITE_PERMISSION"),
        (errno.EROFS, "NO_WRITE_PERMISSION"),
        (errno.EIO, "OS_ERROR"),
    ],
)
def test_an_error_of_the_system_becomes_a_code(
    number: int, code: str, steps: Steps, capsys: pytest.CaptureFixture[str]
) -> None:
    steps.failure = OSError(number, "told by the system")

    assert bootstrap.main(["demo"]) == 1
    assert code_printed(capsys) == code
