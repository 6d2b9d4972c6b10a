"""What operators do by the command, on the running system: done everywhere, and written down."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cli.app import main
from cli.client import ApiError
from custody.agents import owner_mark
from custody.aws.keys import ON, switch
from tests.permissions.cast import Follower, User, new_follower, new_user
from tests.permissions.stage import Stage
from understudy.adapters.aws.audit_items import row_of
from understudy.ports.switches import Switch

if TYPE_CHECKING:
    from pathlib import Path


pytestmark = pytest.mark.integration
WHY = ("--reason", "a test")


@pytest.fixture(autouse=True)
def _at_the_emulator(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", stage.system.stack.endpoint_url)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)


@pytest.fixture(scope="module")
def follower(stage: Stage) -> Follower:
    return new_follower(stage)


def let_go(stage: Stage, *command: str) -> None:
    """Turn a switch off, as soon as that is sure to be decided after it was turned on."""
    stage.wait("it is off", lambda: main(["ops", *command, "--off", *WHY]) == 0)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "outcome.json"


def told(file: Path, *command: str) -> Any:
    assert main(["ops", *command, "--json", str(file)]) == 0
    return json.loads(file.read_text())


def is_killed_in_the_signer(stage: Stage, user_id: str) -> bool:
    item = stage.table("CustodyTable").get(switch(Switch.KILL_USER, owner_mark(user_id)))
    return ON in (item or ())


def assert_signed_out(user: User) -> None:
    with pytest.raises(ApiError) as raised:
        user.client.call("POST", "/v1/copy/disable")
    assert raised.value.code == "SESSION_ENDED"


def test_a_killed_users_entries_are_refused_until_they_are_let_go(
    stage: Stage, follower: Follower, file: Path
) -> None:
    user_id = follower.state.follow.user_id

    assert told(file, "kill", "user", follower.user.key.address, *WHY)["on"] is True

    assert is_killed_in_the_signer(stage, user_id)
    [(operator, reason)] = [
        (each["operator"], each["reason"])
        for each in told(file, "switches")["switches"]
        if (each["switch"], each["subject"]) == ("kill_user", user_id)
    ]
    assert (operator.startswith("arn:"), reason) == (True, "a test")
    assert follower.copy("0", "1", 1).reason == "KILL_SWITCH"
    let_go(stage, "kill", "user", user_id)
    assert user_id not in str(told(file, "switches"))
    assert not is_killed_in_the_signer(stage, user_id)
    assert follower.copy("1", "2", 2).reason != "KILL_SWITCH"


def test_a_deed_is_stamped_as_an_operators_and_says_who_and_why(
    stage: Stage, follower: Follower, file: Path
) -> None:
    user_id = follower.state.follow.user_id
    told(file, "flag", user_id, *WHY)

    shown = told(file, "user", follower.user.key.address)

    assert (shown["user"]["user_id"], shown["switches"]) == (user_id, ["flagged"])
    assert follower.client.me()["user"]["flag_reason"] == "a test"
    assert [each["follow_id"] for each in shown["follows"]] == [follower.follow_id]
    rows = map(row_of, stage.table("AuditTable").partition(f"OPERATOR#{user_id}"))
    deeds: dict[str, Any] = {str(row.fields["event"]): row.fields["facts"] for row in rows}
    assert {"FLAGGED_ON", "USER_LOOKED_AT"} <= set(deeds)
    assert set(deeds["FLAGGED_ON"]) == {"operator", "reason"}
    let_go(stage, "flag", user_id)


def test_ended_sessions_let_nobody_in(stage: Stage, file: Path) -> None:
    user = new_user(stage)
    user.sign_in()
    (session,) = told(file, "user", user.key.address)["sessions"]
    assert told(file, "sessions", "end", session["session_id"], *WHY) == {"ended": True}
    assert_signed_out(user)

    user.sign_in()
    user_id = user.client.me()["user"]["user_id"]
    assert told(file, "sessions", "end-users", user_id, *WHY) == {"ended": True}
    assert_signed_out(user)


def test_what_cannot_be_meant_is_told_with_a_code(
    follower: Follower, capsys: pytest.CaptureFixture[str]
) -> None:
    for code, command in {
        "USER_NOT_FOUND": ("flag", "nobody", *WHY),
        "INVALID_SUBJECT": ("kill", "venue", "nowhere", *WHY),
        "FOLLOW_NOT_FOUND": ("pause", "nothing", *WHY),
        "FOLLOW_NOT_HELD": ("release", follower.follow_id, *WHY),
        "AGENT_NOT_FOUND": ("revoke", follower.state.follow.user_id, "nothing", *WHY),
        "SESSION_NOT_FOUND": ("sessions", "end", "nothing", *WHY),
        "USAGE": ("kill", "global", "--reason", " "),
    }.items():
        assert main(["ops", *command]) == 1
        assert code in capsys.readouterr().err
