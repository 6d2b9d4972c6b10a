"""A state folder of its own for every test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from localcloud.state_folder import StateFolder

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> StateFolder:
    made = StateFolder(tmp_path)
    made.prepare_root()
    return made
