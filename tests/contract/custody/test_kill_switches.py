"""A kill switch of the signer stops whom it names, and is undone by nothing from before it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from custody.agents import Agent, owner_mark
from custody.audit import AuditEvent
from custody.policy import Killed
from tests.contract.custody.backends import Backend
from tests.unit.custody.scene import NOW_MS, POLICY, Scene
from understudy.domain.audit import AuditEntry
from understudy.domain.errors import ConflictError
from understudy.domain.turns import CLOCKS_DIFFER_BY_MS
from understudy.ports.switches import Switch

ENTRY = AuditEntry(AuditEvent.SWITCH_SET, Switch.KILL_GLOBAL, NOW_MS, {"on": True})
FAR_MS = CLOCKS_DIFFER_BY_MS + 1


@dataclass
class Operators:
    """Who turns the switch for everybody, and the one agent that it can stop."""

    backend: Backend
    agent: Agent

    def turn(self, *, on: bool, at_ms: int) -> str:
        """Turn the switch and give the code of the refusal, '' where there was none."""
        try:
            self.backend.agents.turn(Switch.KILL_GLOBAL, "", on=on, at_ms=at_ms, audit=ENTRY)
        except ConflictError as error:
            return error.code
        return ""

    def killed(self) -> Killed:
        """Say what stops the agent."""
        intent = Scene().entry(agent_id=self.agent.agent_id)
        return self.backend.signing.read([intent], "2026-09-21").killed[self.agent.agent_id]


@pytest.fixture
def operators(backend: Backend) -> Operators:
    agent = Scene().agent
    backend.agents.create(agent, POLICY, ENTRY)
    return Operators(backend, agent)


@pytest.mark.parametrize(
    ("switch", "subject", "killed"),
    [
        (Switch.KILL_GLOBAL, "", Killed(globally=True)),
        (Switch.KILL_VENUE, "hyperliquid", Killed(venue=True)),
        (Switch.KILL_USER, owner_mark("user-1"), Killed(user=True)),
        (Switch.KILL_USER, owner_mark("user-2"), Killed()),
    ],
)
def test_a_kill_switch_is_read_for_whom_it_stops(
    operators: Operators, switch: Switch, subject: str, killed: Killed
) -> None:
    operators.backend.agents.turn(switch, subject, on=True, at_ms=NOW_MS, audit=ENTRY)

    assert operators.killed() == killed


def test_a_switch_turned_off_later_stops_nobody_and_each_turn_is_audited(
    operators: Operators,
) -> None:
    before = operators.backend.audited()

    turns = [(True, NOW_MS), (False, NOW_MS + FAR_MS), (False, NOW_MS + FAR_MS)]

    assert [operators.turn(on=on, at_ms=at_ms) for on, at_ms in turns] == ["", "", ""]
    assert operators.killed() == Killed()
    assert operators.backend.audited() == before + 3


@pytest.mark.parametrize("after_ms", [-60_000, -1, 0, 300, CLOCKS_DIFFER_BY_MS])
def test_an_off_that_may_be_older_than_the_on_changes_nothing(
    operators: Operators, after_ms: int
) -> None:
    operators.turn(on=True, at_ms=NOW_MS)
    before = operators.backend.audited()

    assert operators.turn(on=False, at_ms=NOW_MS + after_ms) == "NEWER_DECISION"
    assert operators.killed() == Killed(globally=True)
    assert operators.backend.audited() == before


def test_an_on_takes_effect_however_old_and_leaves_the_newest_time(operators: Operators) -> None:
    operators.turn(on=True, at_ms=NOW_MS)
    operators.turn(on=False, at_ms=NOW_MS + 60_000)
    before = operators.backend.audited()

    assert operators.turn(on=True, at_ms=NOW_MS - 60_000) == ""
    assert operators.killed() == Killed(globally=True)
    assert operators.backend.audited() == before + 1
    assert operators.turn(on=False, at_ms=NOW_MS - 30_000) == "NEWER_DECISION"


@pytest.mark.parametrize(
    "backend",
    ["memory", pytest.param("emulator", marks=pytest.mark.integration)],
    indirect=True,  # moto's transactions are no transactions when threads meet
)
def test_of_many_turns_at_once_no_late_off_undoes_the_newest_on(operators: Operators) -> None:
    late = [(on, NOW_MS + step * 100) for step in range(-4, 4) for on in (True, False)]
    newest = (True, NOW_MS + 1_000)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda each: operators.turn(on=each[0], at_ms=each[1]), [newest, *late]))

    assert operators.killed() == Killed(globally=True)
    assert operators.turn(on=False, at_ms=newest[1] + FAR_MS) == ""
