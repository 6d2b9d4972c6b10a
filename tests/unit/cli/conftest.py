"""A shell that finds the command, whatever this machine's does: remedies name it as it is found."""

from __future__ import annotations

import os

import pytest

from cli.calling import NAME


@pytest.fixture(autouse=True)
def on_the_path(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Put an `understudy` in front of everything else."""
    folder = tmp_path_factory.mktemp("bin")
    (folder / NAME).touch(mode=0o700)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
