"""Users of an older system reach their new wallets by the command, on the running system."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

import pytest

from cli.app import main
from custody.agents import owner_mark
from tests.permissions.auditing import books
from tests.permissions.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cli.system import System

pytestmark = pytest.mark.integration

USERS = 6
RUNS = "OPERATOR#legacy-users"
STEPS = [
    "LEGACY_USER_TAKEN_OVER", "MIGRATION_STARTED", "SERVER_WALLET_CREATED", "OWNERSHIP_TRANSFERRED",
    "PRIVATE_KEY_DESTROYED", "MIGRATION_COMPLETED",
]  # fmt: skip


class OlderSystemAt:
    """The test bench of the stand-in."""

    def __init__(self, url: str) -> None:
        self._url = url

    def ask(self, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        with urlopen(Request(f"{self._url}/_simulator/{path}", data)) as answer:  # noqa: S310  # this machine
            return json.loads(answer.read())


@pytest.fixture
def stage(running: System, monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setenv("AWS_ENDPOINT_URL", running.stack.endpoint_url)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    return Stage(running)


@pytest.fixture
def older(running: System) -> Iterator[OlderSystemAt]:
    older = OlderSystemAt(running.older_system_url)
    yield older
    older.ask("weather", {"misfortune": "none"})


def test_users_go_by_the_command_into_quarantine_and_to_the_end(
    stage: Stage, older: OlderSystemAt, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    users = older.ask("users", {"users": USERS})
    spoilt = {**users[0], "user_id": f"spoilt-{users[0]['user_id']}", "sealed_key": "iv.key.tag"}
    export = tmp_path / "users.json"
    export.write_text(json.dumps([spoilt, *users]))

    older.ask("weather", {"misfortune": "down"})
    assert main(["migrate-custody", "--import", str(export)]) == 1
    assert stages(stage, users) == {"LEGACY"}

    older.ask("weather", {"misfortune": "pending"})
    assert main(["migrate-custody"]) == 1
    assert stages(stage, users) == {"WALLET_CREATED"}
    assert main(["migrate-custody"]) == 1, "what waits is waited for"
    older.ask("mine", {})

    older.ask("weather", {"misfortune": "none"})
    assert main(["migrate-custody"]) == 1, "the spoilt one stays, and blocks nobody"
    assert f"{spoilt['user_id']}  KEY_UNUSABLE  stays LEGACY" in capsys.readouterr().out
    for user in users:
        assert main(["migrate-custody", "--user", user["user_id"]]) == 0
    assert stages(stage, users) == {"TRANSFERRED"}
    assert all("sealed_key" in kept(stage, user) for user in users)

    for user in users:
        let_the_quarantine_end(stage, user)
        assert main(["migrate-custody", "--user", user["user_id"]]) == 0
    assert stages(stage, users) == {"COMPLETED"}
    assert not [user for user in users if "sealed_key" in kept(stage, user)]
    assert [audited(stage, user) for user in users] == [sorted(STEPS)] * USERS, "each step once"
    seen = older.ask("health")
    assert {seen["transactions"][user["wallet_address"]] for user in users} == {1}


def stages(stage: Stage, users: list[dict[str, str]]) -> set[str]:
    return {kept(stage, user)["stage"]["S"] for user in users}


def kept(stage: Stage, user: dict[str, str]) -> Any:
    return stage.table("CustodyTable").get(key_of(user))


def key_of(user: dict[str, str]) -> Any:
    return {"pk": {"S": "LEGACY"}, "sk": {"S": f"USER#{user['user_id']}"}}


def let_the_quarantine_end(stage: Stage, user: dict[str, str]) -> None:
    """Have the quarantine begin seven days ago: the running system's clock cannot be moved."""
    table = stage.table("CustodyTable")
    table.client.update_item(
        TableName=table.name,
        Key=key_of(user),
        UpdateExpression="SET quarantine_ends_ms = :past",
        ExpressionAttributeValues={":past": {"N": str(stage.now_ms() - 1)}},
    )


def audited(stage: Stage, user: dict[str, str]) -> list[str]:
    """Give what is written down of a user, and see that each row is of a run that has one too."""
    subject = f"SIGNER#migration-{owner_mark(user['user_id'])}"
    rows = [each for each in books(stage).rows.rows() if each.key[0] in {subject, RUNS}]
    runs = {each.fields["correlation_id"] for each in rows if each.key[0] == RUNS}
    mine = [each.fields for each in rows if each.key[0] == subject]
    assert {each["correlation_id"] for each in mine} <= runs
    return sorted(str(each["event"]) for each in mine)
