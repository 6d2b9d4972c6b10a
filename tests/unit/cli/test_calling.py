"""A remedy names the command as the shell finds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cli.app import main
from cli.calling import as_called

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Give a shell that finds programs in one folder alone."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("see `understudy ops user 0xA`", "see `.venv/bin/understudy ops user 0xA`"),
        ("understudy --help lists it", ".venv/bin/understudy --help lists it"),
        (".venv/bin/understudy doctor", ".venv/bin/understudy doctor"),
        (
            "log group /aws/lambda/understudy-local-api",
            "log group /aws/lambda/understudy-local-api",
        ),
    ],
)
def test_it_is_named_with_its_folder_where_the_shell_does_not_find_it(
    text: str, called: str
) -> None:
    assert as_called(text) == called


def test_it_is_named_as_it_is_where_the_shell_finds_it(elsewhere: Path) -> None:
    (elsewhere / "understudy").touch(mode=0o700)

    assert as_called("understudy doctor") == "understudy doctor"


def test_the_remedy_of_a_slip_can_be_copied(capsys: pytest.CaptureFixture[str]) -> None:
    main(["nonesuch"])

    assert "remedy: .venv/bin/understudy " in capsys.readouterr().err
