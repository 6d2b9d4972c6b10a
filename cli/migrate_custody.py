"""`understudy migrate-custody`: takes users of the older system to an authority, step by step."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from cli.counting import counted
from cli.errors import CommandError
from cli.ops.key_care import KeyCare, write_down
from cli.ops.place import STACK, Stack, failures_explained, find_place

USERS_AT_ONCE = 100
SUBJECT = "legacy-users"
STARTED = "MIGRATION_RUN_STARTED"
NOT_FOUND = "NOT_FOUND"


def command(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Take nobody a step further.")] = False,  # noqa: FBT002  # an option
    user: Annotated[str, typer.Option("--user", help="Only this user.")] = "",
    take_over: Annotated[
        Path | None, typer.Option("--import", help="First take over the users of this JSON file.")
    ] = None,
    stack: Stack = STACK,
) -> int:
    """Migrate keys of the older system; ends with 1 if any user failed. May be run again."""
    users = _users_in(take_over) if take_over else []
    with failures_explained():
        place = find_place(stack)
        # Whom it takes a step further, the signer writes down under this run's id.
        write_down(place, STARTED, SUBJECT, imported=len(users), dry_run=dry_run)
        care = KeyCare(place)
        if users:
            _say(f"{_taken_over(care, users)} new of {counted(len(users), 'user')}")
        outcomes = _migrated(care, user, dry_run=dry_run)
    return _shown(outcomes)


def _users_in(path: Path) -> list[Any]:
    try:
        users = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise _unreadable(path) from error
    if not isinstance(users, list):
        raise _unreadable(path)
    return users


def _unreadable(path: Path) -> CommandError:
    return CommandError(
        "IMPORT_UNREADABLE",
        f"{path} is no list of users in JSON",
        "see events/signer/keys_take_over.json for what one looks like",
    )


def _taken_over(care: KeyCare, users: list[Any]) -> int:
    starts = range(0, len(users), USERS_AT_ONCE)
    chunks = [users[start : start + USERS_AT_ONCE] for start in starts]
    return sum(care.ask("take_over", users=chunk)["added"] for chunk in chunks)


def _migrated(care: KeyCare, user: str, *, dry_run: bool) -> list[dict[str, Any]]:
    outcomes: list[dict[str, Any]] = []
    page = ""
    while True:
        report = care.ask("migrate", page=page, dry_run=dry_run, user_id=user)
        outcomes += report["users"]
        page = report["next_page"]
        if not page:
            return outcomes
        _say(f"{counted(len(outcomes), 'user')} so far")


def _shown(outcomes: list[dict[str, Any]]) -> int:
    failed = [each for each in outcomes if each["failure"]]
    for each in failed:
        stays = "" if each["failure"] == NOT_FOUND else f"  stays {each['stage']}"
        _say(f"{each['user_id']}  {each['failure']}{stays}")
    stages = Counter(each["stage"] for each in outcomes if each["failure"] != NOT_FOUND)
    for stage, count in stages.items():
        _say(f"{stage:<15} {count}")
    ends = [each["quarantine_ends_ms"] for each in outcomes if each["stage"] == "TRANSFERRED"]
    if ends:
        until = datetime.fromtimestamp(max(ends) / 1000, UTC)
        _say(f"old keys are kept until {until:%Y-%m-%d %H:%M} UTC: run again after that")
    _say(f"{counted(len(outcomes), 'user')}, {len(failed)} failed")
    return int(bool(failed))


def _say(line: str) -> None:
    Console(soft_wrap=True, highlight=False, markup=False).print(line)
