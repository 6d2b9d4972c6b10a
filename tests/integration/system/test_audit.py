"""The running system's audit: what is in it, and what its command says once root was there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cli.app import main
from tests.permissions.auditing import CHECKPOINT, SEALED_SECONDS, books, sealed, settings_of
from tests.permissions.cast import new_follower
from tests.permissions.stage import Stage
from understudy.domain.audit_chain import Change

if TYPE_CHECKING:
    from pathlib import Path

    from tests.permissions.cast import Follower
    from understudy.domain.audit_chain import Row

pytestmark = pytest.mark.integration

OF_A_FOLLOWER = {
    "SIGNED_IN", "AGENT_CREATED", "AGENT_ACTIVATED", "INTENT_APPROVED", "INTENT_SIGNED",
    "COPYING_DISABLED", "AGENT_REVOKED", "SIGNED_OUT", "FOLLOW_CREATED", "FOLLOW_STARTED",
    "ACCOUNT_EXPORTED",
}  # fmt: skip


@pytest.fixture(scope="module")
def follower(stage: Stage) -> Follower:
    """Give one who did everything that is audited."""
    follower = new_follower(stage)
    follower.copy("0", "1", 1)
    client = follower.client
    client.call("GET", "/v1/me/export")
    client.call("POST", "/v1/copy/disable")
    (agent,) = client.call("GET", "/v1/agents")["items"]
    client.revoke_agent(agent["agent_id"])
    client.sign_out()
    return follower


@pytest.fixture
def verify(stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Give what runs the command: its exit code and its verdict."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", stage.system.stack.endpoint_url)

    def run() -> tuple[int, dict[str, Any]]:
        file = tmp_path / "verdict.json"
        code = main(["audit", "verify", "--json", str(file)])
        return code, json.loads(file.read_text())

    return run


def test_every_deed_is_in_the_audit_with_what_it_belongs_to(
    stage: Stage, follower: Follower
) -> None:
    user_id, wallet_id = follower.state.follow.user_id, follower.state.follow.wallet_id
    rows = list(books(stage).rows.rows())
    partitions = {row.partition for row in rows if is_of(row, user_id, wallet_id)}
    mine = [row for row in rows if row.partition in partitions]

    assert {row.fields["event"] for row in mine} >= OF_A_FOLLOWER
    assert all(row.fields["correlation_id"] for row in mine)


def test_a_row_that_root_removes_is_told_by_the_stream_and_by_the_command(
    stage: Stage, follower: Follower, verify: Any
) -> None:
    keys = [row.key for row in books(stage).rows.rows()]
    stage.wait("all is sealed", lambda: set(keys) <= sealed(stage, Change.ADDED), SEALED_SECONDS)
    stage.invoke(CHECKPOINT, {})
    code, verdict = verify()
    assert (code, verdict["findings"]) == (0, [])
    assert verdict["checkpoints"] >= 1

    victim = keys[0]
    key = dict(zip(("pk", "sk"), ({"S": part} for part in victim), strict=True))
    table = stage.table("AuditTable")
    table.client.delete_item(TableName=table.name, Key=key)

    code, verdict = verify()
    assert (code, verdict["findings"]) == (
        1,
        [{"code": "ROW_REMOVED", "where": " / ".join(victim)}],
    )
    stage.wait("it is told", lambda: victim in sealed(stage, Change.REMOVED), SEALED_SECONDS)


def test_a_checkpoint_cannot_be_taken_back(stage: Stage, follower: Follower) -> None:
    stage.invoke(CHECKPOINT, {})
    bucket, s3 = settings_of(stage, CHECKPOINT)["CHECKPOINT_BUCKET"], stage.client("s3")
    version = s3.list_object_versions(Bucket=bucket)["Versions"][0]

    with pytest.raises(s3.exceptions.ClientError):
        s3.delete_object(
            Bucket=bucket,
            Key=version["Key"],
            VersionId=version["VersionId"],
            BypassGovernanceRetention=True,
        )


def is_of(row: Row, user_id: str, wallet_id: str) -> bool:
    facts: Any = row.fields["facts"]
    return row.partition == f"API#{user_id}" or facts.get("wallet_id") == wallet_id
