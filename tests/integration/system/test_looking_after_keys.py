"""Operators look after keys from the command line, on the running system."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cli.app import main

if TYPE_CHECKING:
    from localcloud.stack import RunningStack

pytestmark = pytest.mark.integration

SAMPLE = Path(__file__).resolve().parents[3] / "events" / "signer" / "keys_take_over.json"


@pytest.fixture(autouse=True)
def _at_the_emulator(system: RunningStack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", system.endpoint_url)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)


def test_keys_are_moved_and_then_none_is_left_to_move(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ops", "rewrap"]) == 0
    capsys.readouterr()

    assert main(["ops", "rewrap"]) == 0

    assert "0 keys moved, 0 could not be opened" in capsys.readouterr().out


def test_users_of_an_older_system_are_taken_over_once_and_looked_at(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    export = tmp_path / "users.json"
    users = json.loads(SAMPLE.read_text())["users"]
    export.write_text(json.dumps(users))
    name = users[0]["user_id"]

    assert main(["migrate-custody", "--import", str(export), "--user", name, "--dry-run"]) == 0
    assert "1 new of 1 user" in capsys.readouterr().out

    assert main(["migrate-custody", "--import", str(export), "--user", name]) == 1
    said = capsys.readouterr().out
    assert "0 new of 1 user" in said
    assert f"{name}  KEY_UNUSABLE  stays LEGACY" in said

    assert main(["migrate-custody", "--user", name, "--dry-run"]) == 0
    assert "LEGACY" in capsys.readouterr().out
