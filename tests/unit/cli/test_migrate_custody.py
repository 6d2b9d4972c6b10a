"""Migrating from the command line: everybody's stage is said, and 1 if anybody failed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cli import migrate_custody
from cli.errors import CommandError
from cli.ops.key_care import KeyCare

if TYPE_CHECKING:
    from pathlib import Path

DONE = {"user_id": "user-1", "stage": "COMPLETED", "quarantine_ends_ms": 0, "failure": ""}
WAITING = {
    **DONE,
    "user_id": "user-2",
    "stage": "TRANSFERRED",
    "quarantine_ends_ms": 1_790_000_000_000,
}
FAILED = {**DONE, "user_id": "user-3", "stage": "LEGACY", "failure": "KEY_UNUSABLE"}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Answer a page with two users and one with the last, and keep what was asked and written."""
    asked: list[dict[str, Any]] = []

    def ask(_: KeyCare, operation: str, **fields: Any) -> Any:
        asked.append({"operation": operation, **fields})
        if operation == "take_over":
            return {"added": len(fields["users"])}
        if not fields["page"]:
            return {"users": [DONE, WAITING], "next_page": "user-2"}
        return {"users": [FAILED], "next_page": ""}

    def write_down(_: None, event: str, subject: str, **facts: Any) -> None:
        asked.append({"written": (event, subject), **facts})

    monkeypatch.setattr(KeyCare, "__init__", lambda *_: None)
    monkeypatch.setattr(KeyCare, "ask", ask)
    monkeypatch.setattr(migrate_custody, "find_place", lambda _: None)
    monkeypatch.setattr(migrate_custody, "write_down", write_down)
    return asked


def test_every_page_is_asked_for_and_a_failure_ends_with_1(
    asked: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert migrate_custody.command(dry_run=True) == 1

    begun, *pages = asked
    assert begun == {
        "written": ("MIGRATION_RUN_STARTED", "legacy-users"),
        "imported": 0,
        "dry_run": True,
    }
    assert [(each["page"], each["dry_run"]) for each in pages] == [("", True), ("user-2", True)]
    said = capsys.readouterr().out
    assert "user-3  KEY_UNUSABLE  stays LEGACY" in said
    assert "old keys are kept until 2026-09-21 14:13 UTC" in said
    assert "3 users, 1 failed" in said


def test_users_are_taken_over_in_portions_before_anything_else(
    asked: list[dict[str, Any]], tmp_path: Path
) -> None:
    export = tmp_path / "users.json"
    export.write_text(json.dumps([{"user_id": str(number)} for number in range(150)]))

    migrate_custody.command(take_over=export, user="user-9")

    begun, first, second, migrated, _ = asked
    assert begun["imported"] == 150
    assert [len(each["users"]) for each in (first, second)] == [100, 50]
    assert migrated["user_id"] == "user-9"


@pytest.mark.parametrize("text", ["", "{}", "no json", "[" * 100_000], ids=len)
def test_a_file_that_is_no_list_of_users_is_refused(text: str, tmp_path: Path) -> None:
    export = tmp_path / "users.json"
    export.write_text(text)

    with pytest.raises(CommandError) as raised:
        migrate_custody.command(take_over=export)

    assert raised.value.code == "IMPORT_UNREADABLE"


def test_a_user_who_is_not_there_is_at_no_stage(
    asked: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    nobody = {**DONE, "user_id": "nobody", "stage": "LEGACY", "failure": "NOT_FOUND"}
    page = {"users": [nobody], "next_page": ""}
    monkeypatch.setattr(KeyCare, "ask", lambda *_, **__: page)

    assert migrate_custody.command(user="nobody") == 1

    assert capsys.readouterr().out.splitlines() == ["nobody  NOT_FOUND", "1 user, 1 failed"]
    assert len(asked) == 1
