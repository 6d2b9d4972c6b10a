"""Operators' deeds by command and over HTTP, on the running system: done, undone, written down."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cli.app import main
from tests.permissions.auditing import books
from tests.permissions.cast import Follower, new_follower, new_operator
from tests.permissions.stage import Stage

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.integration
LEADER_OF_NOBODY = "0x" + "ab" * 20


@pytest.fixture
def follower(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Follower:
    monkeypatch.setenv("AWS_ENDPOINT_URL", stage.system.stack.endpoint_url)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    return new_follower(stage)


def deeds(stage: Stage, reason: str) -> list[Any]:
    """Give the rows of what was done for a reason, and see that each names operator and request."""
    rows = [row.fields for row in books(stage).rows.rows()]
    found: list[Any] = [each for each in rows if _facts(each).get("reason") == reason]
    assert all(_facts(each)["operator"] and each["correlation_id"] for each in found)
    return found


def written(stage: Stage, reason: str) -> list[str]:
    """Give what was written down for a reason."""
    return sorted(str(each["event"]) for each in deeds(stage, reason))


def _facts(fields: Any) -> dict[str, Any]:
    return dict(fields["facts"])


@pytest.mark.parametrize(
    ("command", "event"),
    [
        (("kill", "global"), "KILL_GLOBAL"),
        (("kill", "venue", "hyperliquid"), "KILL_VENUE"),
        (("blacklist", LEADER_OF_NOBODY), "BLACKLISTED"),
    ],
    ids=["global", "venue", "blacklist"],
)
def test_a_switch_goes_on_and_off_and_both_are_written_down(
    stage: Stage, follower: Follower, command: tuple[str, ...], event: str, tmp_path: Path
) -> None:
    file, reason = tmp_path / "outcome.json", f"trying {event}"
    turn = ["ops", *command, "--reason", reason, "--json", str(file)]

    assert main(turn) == 0
    assert json.loads(file.read_text())["on"] is True
    stage.wait("it is off", lambda: main([*turn, "--off"]) == 0)

    assert json.loads(file.read_text())["on"] is False
    assert {f"{event}_ON", f"{event}_OFF"} <= set(written(stage, reason))


def test_what_is_done_to_a_follow_and_an_agent_is_done_and_written_down(
    stage: Stage, follower: Follower, tmp_path: Path
) -> None:
    (agent,) = follower.client.call("GET", "/v1/agents")["items"]
    named = follower.state.follow.user_id, agent["agent_id"]
    file, reason = tmp_path / "outcome.json", "trying what is done to one"

    def told(*command: str) -> Any:
        assert main(["ops", *command, "--reason", reason, "--json", str(file)]) == 0
        return json.loads(file.read_text())

    assert told("pause", follower.follow_id)["pause_reason"] == "operator"
    assert told("release", follower.follow_id)["pause_reason"] == "user"
    assert told("rotate", *named)["rotate_at_ms"] < agent["rotate_at_ms"]
    assert told("revoke", *named)["status"] == "REVOKED"

    assert written(stage, reason) == [
        "AGENT_REVOKED",
        "AGENT_ROTATED",
        "FOLLOW_PAUSED",
        "FOLLOW_RELEASED",
    ]


def test_a_deed_over_http_is_written_down_under_the_id_of_its_own_request(
    stage: Stage, follower: Follower
) -> None:
    operator, why = new_operator(stage), {"reason": "trying it over HTTP"}

    for deed in ("pause", "release"):
        operator.call("POST", f"/v1/ops/follows/{follower.follow_id}/{deed}", why)

    rows = deeds(stage, why["reason"])
    assert {each["event"] for each in rows} == {"FOLLOW_PAUSED", "FOLLOW_RELEASED"}
    assert len({each["correlation_id"] for each in rows}) == len(rows)
