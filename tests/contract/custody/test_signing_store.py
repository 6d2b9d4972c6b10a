"""What every signing store promises."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from custody.agents import Bounds
from custody.audit import AuditEvent
from custody.policy import Mark
from custody.signer import MAX_BATCH
from custody.store import Approval, Readings, Recorded
from tests.unit.custody.scene import NOW_MS, POLICY, Scene
from understudy.domain.audit import AuditEntry
from understudy.domain.ids import IntentId

if TYPE_CHECKING:
    from custody.agents import Agent
    from tests.contract.custody.backends import Backend

DAY = "2026-09-21"
MARK = Scene().agent.wallet_mark
ENTRY = AuditEntry(
    AuditEvent.INTENT_APPROVED, "agent-1", NOW_MS, {"size": "0.1", "on": True, "n": 1}
)


@pytest.fixture
def agent(backend: Backend) -> Agent:
    made = Scene().agent
    backend.agents.create(made, POLICY, ENTRY)
    return made


def approval(
    content: str = "content", intent: str = "intent", notional: int = 0, room: int = 0
) -> Approval:
    name, counted = IntentId(intent), (Decimal(notional), Decimal(room))
    return Approval(name, content, "agent-1", MARK, DAY, NOW_MS, ENTRY, *counted)


def read(backend: Backend, agent: Agent, **changes: str) -> Readings:
    asked = replace(Scene().entry(), agent_id=agent.agent_id, intent_id=IntentId("intent"))
    return backend.signing.read([replace(asked, **changes)] * 2, DAY)  # type: ignore[arg-type]  # fields by name


def test_an_agent_is_read_as_it_was_stored(backend: Backend, agent: Agent) -> None:
    assert read(backend, agent).agents == {agent.agent_id: agent}


def test_what_was_never_stored_is_absent(backend: Backend, agent: Agent) -> None:
    readings = read(backend, agent, agent_id="nobody", symbol="DOGE")

    assert not (readings.agents)
    assert not (readings.contents)
    assert not (readings.marks.get("DOGE"))
    assert not (readings.bounds)
    assert not (readings.spent)


def test_markets_and_marks_are_those_of_the_listener(backend: Backend, agent: Agent) -> None:
    readings = read(backend, agent)

    assert readings.markets["BTC"].asset == 0
    assert readings.marks["BTC"] == Mark(Decimal(50_000), NOW_MS)


def test_a_market_without_a_mark_has_none(backend: Backend, agent: Agent) -> None:
    readings = read(backend, agent, symbol="ETH")

    assert readings.markets["ETH"].asset == 1
    assert "ETH" not in readings.marks


def test_a_content_is_recorded_once_with_its_audit_entry(backend: Backend, agent: Agent) -> None:
    before = backend.audited()

    outcomes = [backend.signing.record(approval()) for _ in range(2)]

    assert outcomes == [Recorded.NEW, Recorded.REPEATED]
    assert read(backend, agent).contents == {"intent": "content"}
    assert backend.audited() == before + 1


def test_another_content_for_the_same_intent_is_told_apart(backend: Backend) -> None:
    backend.signing.record(approval())

    assert backend.signing.record(approval("other")) is Recorded.CHANGED


def test_a_repetition_counts_nothing(backend: Backend, agent: Agent) -> None:
    counted = approval(notional=60, room=40)

    outcomes = [backend.signing.record(counted) for _ in range(2)]

    assert outcomes == [Recorded.NEW, Recorded.REPEATED]
    assert read(backend, agent).spent == {MARK: Decimal(60)}


def test_a_day_without_room_takes_nothing(backend: Backend, agent: Agent) -> None:
    first = backend.signing.record(approval(notional=60, room=40))
    before = backend.audited()

    second = backend.signing.record(approval(intent="second", notional=60, room=40))
    third = backend.signing.record(approval(intent="third", notional=40, room=60))

    assert (first, second, third) == (Recorded.NEW, Recorded.NO_ROOM, Recorded.NEW)
    assert backend.audited() == before + 1


def test_what_counts_nothing_is_recorded_on_a_day_without_room(backend: Backend) -> None:
    backend.signing.record(approval(notional=60, room=40))

    assert backend.signing.record(approval(intent="exit")) is Recorded.NEW


def test_a_changed_content_is_told_apart_on_a_day_without_room(backend: Backend) -> None:
    backend.signing.record(approval(notional=60, room=40))

    assert backend.signing.record(approval("other", notional=60, room=0)) is Recorded.CHANGED


@pytest.mark.parametrize(
    "backend",
    ["memory", pytest.param("emulator", marks=pytest.mark.integration)],
    indirect=True,  # moto's transactions are no transactions when threads meet
)
def test_of_four_at_once_one_is_new_and_the_day_counts_it_once(
    backend: Backend, agent: Agent
) -> None:
    counted = approval(notional=10, room=90)

    with ThreadPoolExecutor(4) as threads:
        outcomes = list(threads.map(backend.signing.record, [counted] * 4))

    assert sorted(outcome.name for outcome in outcomes) == ["NEW", *["REPEATED"] * 3]
    assert read(backend, agent).spent == {MARK: Decimal(10)}


def test_of_approvals_at_once_each_has_its_own_ending(backend: Backend) -> None:
    asked = [
        approval(intent=f"of-{number}", notional=60, room=40)._replace(wallet_mark=f"mark-{number}")
        for number in range(9)
    ]
    without_room = [
        each._replace(intent_id=IntentId(f"more-{each.intent_id}")) for each in asked[::3]
    ]
    before = backend.audited()
    for each in asked[::3]:
        backend.signing.record(each)

    wanted = [each for each in asked if each not in asked[::3]] + without_room
    with ThreadPoolExecutor(len(wanted)) as threads:
        outcomes = list(threads.map(backend.signing.record, wanted))

    assert outcomes == [Recorded.NEW] * 6 + [Recorded.NO_ROOM] * 3
    assert backend.audited() == before + len(asked)


def test_agents_of_one_wallet_are_read_with_its_bounds_and_its_day(
    backend: Backend, agent: Agent
) -> None:
    successor = replace(agent, agent_id="successor")
    narrow = replace(POLICY, max_leverage=1)
    backend.agents.create(successor, POLICY, ENTRY)
    backend.agents.set_policy(agent, Bounds(POLICY), narrow, ENTRY)
    backend.signing.record(approval(notional=60, room=40))

    readings = read(backend, successor)

    assert readings.bounds == {successor.agent_id: Bounds(narrow, 1)}
    assert readings.spent == {MARK: Decimal(60)}


@pytest.mark.parametrize("count", [1, 25, 2 * MAX_BATCH])
def test_audit_entries_of_one_call_are_all_kept(backend: Backend, count: int) -> None:
    before = backend.audited()

    backend.signing.audit([ENTRY] * count)

    assert backend.audited() == before + count
