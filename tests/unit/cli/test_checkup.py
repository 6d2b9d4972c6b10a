"""What `understudy doctor` finds."""

from __future__ import annotations

import socket
from contextlib import closing
from pathlib import Path

import pytest

from cli import checkup
from cli.app import main


def test_an_old_python_is_a_problem() -> None:
    assert checkup.python_version((3, 10)).remedy
    assert not checkup.python_version((3, 11)).remedy


def test_a_half_made_environment_is_a_problem(tmp_path: Path) -> None:
    assert checkup.environment(tmp_path).remedy


def test_a_package_that_is_not_as_pinned_is_named(tmp_path: Path) -> None:
    pins = tmp_path / "demo.txt"
    pins.write_text("rich==0.0.1 \\\n    --hash=sha256:00\n")

    assert "rich" in checkup.packages(pins).text


def test_a_template_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    assert checkup.template(tmp_path / "template.yaml").remedy


def test_a_folder_to_come_is_judged_by_the_one_it_will_be_made_in(tmp_path: Path) -> None:
    assert not checkup.writable(tmp_path / "not" / "yet").remedy
    assert checkup.free_space(tmp_path / "not" / "yet").text.endswith("GB free")


def test_a_taken_port_is_a_problem(tmp_path: Path) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        found = list(checkup.ports(tmp_path, port))

    assert [each.remedy != "" for each in found] == [True]


def test_a_problem_is_an_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = checkup.Finding("python", "3.9", "install a newer one")
    monkeypatch.setattr("cli.doctor.findings", lambda _: [broken])

    assert main(["doctor"]) == 1
    assert "install a newer one" in capsys.readouterr().out
