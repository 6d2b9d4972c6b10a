"""`understudy ops switches` lists what is on, and leaves none out because nobody says why."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import pytest

from cli.app import main
from cli.ops import deeds, switches
from cli.ops.operating import Operating
from tests.fakes.api import ApiWorld
from tests.fakes.builders import LEADER
from understudy.adapters.memory.audit import InMemoryAuditTrail
from understudy.domain.audit import Actor, AuditRecord
from understudy.domain.errors import AuditTamperedError, DependencyError
from understudy.ports.switches import Switch
from understudy.workflows.requests.operators import Deed

if TYPE_CHECKING:
    from pathlib import Path

    from understudy.workflows.requests.operator_actions import OperatorActions
    from understudy.workflows.requests.session_endings import EverySession

OPERATOR = "arn:aws:iam::123456789012:user/an-operator"
OFTEN = 5_000


class Lookup:
    """Reads what the trail of a world has, or does not answer."""

    def __init__(self, trail: InMemoryAuditTrail) -> None:
        self._trail = trail
        self.is_away = False
        self.damaged = ""

    def newest(self, actor: Actor, subject: str, most: int) -> list[AuditRecord]:
        if self.is_away:
            raise DependencyError("the audit is away")
        if subject == self.damaged:
            raise AuditTamperedError("the row 17#of-it of the audit is damaged")
        return list(self._trail.newest(actor, subject, most))


class Desk:
    """An operator's command on a world, whose clock goes on between deeds."""

    def __init__(self, api: ApiWorld) -> None:
        self.api = api
        api.audit.actor = Actor.OPERATOR  # it is operators' deeds alone that this world sees
        self.lookup = Lookup(api.audit)
        self.switches = api.operating.seldom.operator_switches

    def turn(self, switch: Switch, subject: str, reason: str, *, on: bool = True) -> None:
        self.api.world.clock.advance(OFTEN)
        deed = Deed(OPERATOR, reason, self.api.world.clock.now_ms())
        self.switches.turn(deed, switch, subject, on=on)

    def turn_unwritten(self, switch: Switch) -> None:
        """Turn a switch on again, of which the audit has no row."""
        world = self.api.world
        world.clock.advance(OFTEN)
        world.switches.turn(switch, "", on=True, at_ms=world.clock.now_ms())


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    desk = Desk(ApiWorld())
    actions, endings = cast("OperatorActions", None), cast("EverySession", None)
    at = Operating(desk.switches, actions, endings, desk.lookup)
    monkeypatch.setattr(deeds, "find_place", lambda name: name)
    monkeypatch.setattr(deeds, "operating", lambda _: at)
    monkeypatch.setattr(deeds, "deed_of", lambda place, reason: Deed(place, reason, 0))
    return desk


def listed(capsys: pytest.CaptureFixture[str]) -> list[str]:
    capsys.readouterr()
    assert main(["ops", "switches"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == [line.rstrip() for line in lines]
    return [" ".join(line.split()) for line in lines]


@pytest.mark.usefixtures("desk")
def test_where_nothing_is_on_that_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert listed(capsys) == ["no switch is on"]


def test_every_switch_is_listed_with_since_when_by_whom_and_why(
    desk: Desk, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    why = "a leak that is being looked into " * 6
    desk.turn(Switch.BLACKLISTED, LEADER, why.strip())
    desk.turn(Switch.KILL_GLOBAL, "", "an incident")
    now_ms = desk.api.world.clock.now_ms()

    _, everybody, leader = listed(capsys)

    assert everybody.startswith("kill_global - 20")
    assert everybody.endswith(f"{OPERATOR} an incident")
    assert leader.startswith(f"blacklisted {LEADER.lower()} 20")
    assert leader.endswith(why.strip())
    target = tmp_path / "switches.json"
    assert main(["ops", "switches", "--json", str(target)]) == 0
    assert json.loads(target.read_text())["switches"][0] == {
        "switch": "kill_global",
        "subject": "",
        "turned_on_ms": now_ms,
        "operator": OPERATOR,
        "reason": "an incident",
    }


def test_the_reason_is_the_newest_ones_and_what_is_off_again_is_not_listed(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.turn(Switch.KILL_GLOBAL, "", "the first time")
    desk.turn(Switch.KILL_GLOBAL, "", "it is over", on=False)
    assert listed(capsys) == ["no switch is on"]

    desk.turn(Switch.KILL_GLOBAL, "", "the second time")

    assert listed(capsys)[1].endswith("the second time")


def told(tmp_path: Path) -> dict[str, Any]:
    """Give the first switch as JSON has it."""
    target = tmp_path / "switches.json"
    assert main(["ops", "switches", "--json", str(target)]) == 0
    first: dict[str, Any] = json.loads(target.read_text())["switches"][0]
    return first


def test_when_it_was_turned_on_last_is_told_of_the_same_turn_as_by_whom_and_why(
    desk: Desk, tmp_path: Path
) -> None:
    desk.turn(Switch.KILL_GLOBAL, "", "decided later and written down earlier")
    now_ms = desk.api.world.clock.now_ms()
    desk.api.world.clock.advance(1)
    desk.switches.turn(
        Deed("another", "decided earlier", now_ms - 1), Switch.KILL_GLOBAL, "", on=True
    )

    standing = told(tmp_path)

    assert (standing["turned_on_ms"], standing["operator"]) == (now_ms + 1, "another")


def test_a_damaged_row_is_named_and_hides_no_other_switch(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.turn(Switch.BLACKLISTED, LEADER, "a leak")
    desk.turn(Switch.KILL_GLOBAL, "", "an incident")
    desk.lookup.damaged = LEADER.lower()

    _, everybody, leader = listed(capsys)

    assert everybody.endswith(f"{OPERATOR} an incident")
    assert leader.startswith(f"blacklisted {LEADER.lower()} 20")
    assert leader.endswith("- the row 17#of-it of the audit is damaged")


def test_where_too_much_was_written_since_that_is_said(
    desk: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    user = desk.api.request("GET", "/v1/me", None, desk.api.token()).body["user"]["user_id"]
    desk.turn(Switch.KILL_USER, user, "an incident")
    desk.turn(Switch.FLAGGED, user, "the same user, later")
    monkeypatch.setattr(switches, "MOST_ROWS", 2)
    assert listed(capsys)[1].endswith("an incident")
    monkeypatch.setattr(switches, "MOST_ROWS", 1)

    assert listed(capsys)[1].endswith("rows of the audit")


def test_but_not_where_the_rows_that_were_read_go_back_further(
    desk: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.turn_unwritten(Switch.KILL_GLOBAL)
    assert listed(capsys)[1].endswith("- -")
    monkeypatch.setattr(switches, "MOST_ROWS", 1)
    desk.turn(Switch.KILL_GLOBAL, "", "the first time")
    desk.turn_unwritten(Switch.KILL_GLOBAL)

    assert listed(capsys)[1].endswith("- -")


def test_a_reason_of_an_earlier_time_is_not_given_for_one_that_was_never_written_down(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.turn(Switch.KILL_GLOBAL, "", "the first time")
    desk.turn_unwritten(Switch.KILL_GLOBAL)

    assert listed(capsys)[1].endswith("- -")


def test_a_switch_is_listed_although_the_audit_cannot_be_read(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.turn(Switch.KILL_VENUE, "hyperliquid", "an incident")
    desk.lookup.is_away = True

    assert listed(capsys)[1].startswith("kill_venue hyperliquid 20")
    assert listed(capsys)[1].endswith("- the audit cannot be read")
