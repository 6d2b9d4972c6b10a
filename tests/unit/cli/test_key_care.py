"""Moving keys: page after page to the end, again after a failure, and 1 if a key is left."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from cli.errors import CommandError
from cli.ops import rewrap
from cli.ops.key_care import KeyCare
from cli.ops.place import Place
from understudy.adapters.correlation import correlated
from understudy.domain.audit import AuditEntry

MOVED: dict[str, Any] = {"moved": 3, "unusable": [], "unusable_users": [], "next_page": ""}
AWAY: dict[str, Any] = {"errorType": "DependencyError"}


class ScriptedCloud:
    """A signer that answers by a script, and an audit that keeps what it is given."""

    def __init__(self, *answers: dict[str, Any]) -> None:
        self._answers = list(answers)
        self.asked: list[dict[str, Any]] = []
        self.audited: list[AuditEntry] = []

    def client(self, service: str) -> ScriptedCloud:
        return self

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803  # boto3's
        assert FunctionName == "signer:keys"
        self.asked.append(json.loads(Payload))
        answer = self._answers.pop(0)
        failed = {"FunctionError": "Unhandled"} if answer is AWAY else {}
        return {"Payload": io.BytesIO(json.dumps(answer).encode()), **failed}

    def get_caller_identity(self) -> dict[str, str]:
        return {"Arn": "arn:aws:iam::123456789012:user/ada"}

    def append(self, entry: AuditEntry) -> None:
        self.audited.append(entry)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Any:
    def run(cloud: ScriptedCloud) -> int:
        monkeypatch.setattr(rewrap, "find_place", lambda _: place(cloud))
        monkeypatch.setattr(Place, "audit_trail", lambda _: cloud)
        return rewrap.command()

    return run


def place(cloud: ScriptedCloud) -> Place:
    return Place(cloud, "stack", {"SignerFunction": "signer"}, {})


def test_it_goes_through_every_page_and_writes_down_who_asked(run: Any) -> None:
    cloud = ScriptedCloud({**MOVED, "next_page": "2"}, MOVED)

    assert run(cloud) == 0

    assert [each["page"] for each in cloud.asked] == ["", "2"]
    assert [each.event for each in cloud.audited] == ["REWRAP_STARTED"]


def test_the_signer_is_told_of_which_run_each_page_is(run: Any) -> None:
    cloud = ScriptedCloud({**MOVED, "next_page": "2"}, AWAY, MOVED)

    with correlated("run-1"):
        run(cloud)

    assert [each["correlation_id"] for each in cloud.asked] == ["run-1"] * 3


def test_a_signer_that_is_away_for_a_moment_is_asked_for_the_same_page_again(run: Any) -> None:
    cloud = ScriptedCloud({**MOVED, "next_page": "2"}, AWAY, AWAY, MOVED)

    assert run(cloud) == 0

    assert [each["page"] for each in cloud.asked] == ["", "2", "2", "2"]


def test_a_key_that_does_not_open_is_named_and_ends_with_1(
    run: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(ScriptedCloud({**MOVED, "unusable": ["mark-7"]})) == 1
    assert "mark-7  its key does not open: its owner enables a new agent" in capsys.readouterr().out


def test_nobody_who_came_from_an_older_system_is_told_to_enable_an_agent(
    run: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    first = {**MOVED, "unusable_users": ["ada"], "next_page": "2"}
    assert run(ScriptedCloud(first, {**MOVED, "unusable_users": ["bob"]})) == 1

    *_, ada, bob, total = capsys.readouterr().out.splitlines()
    assert (ada.split()[0], bob.split()[0]) == ("ada", "bob")
    for line in (ada, bob):
        assert "no new agent replaces it" in line
        assert "back from a backup of the custody table" in line
    assert total == "6 keys moved, 2 could not be opened, nothing else is left"


def test_a_signer_that_stays_away_or_refuses_is_an_error_with_a_remedy() -> None:
    refused = {"error": {"code": "INVALID_INPUT", "message": "no"}}

    for answers, code in (([AWAY] * 3, "SIGNER_UNAVAILABLE"), ([refused], "INVALID_INPUT")):
        with pytest.raises(CommandError) as raised:
            KeyCare(place(ScriptedCloud(*answers))).ask("rewrap", page="")
        assert raised.value.code == code
        assert raised.value.remedy
