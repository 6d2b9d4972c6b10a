"""Two weeks before an agent ends its user is told, on the bus and in who they are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.fakes.agent_upkeep import Upkeep
from tests.fakes.identity import BOB
from understudy.domain.agents import DAY_MS
from understudy.domain.errors import DependencyError
from understudy.messages import AgentEvent, Event

HOUR_MS = 3_600_000
VALID_DAYS = 90
TOLD_BEFORE_DAYS = 14
UNTIL_TOLD_MS = (VALID_DAYS - TOLD_BEFORE_DAYS) * DAY_MS


@pytest.fixture
def upkeep() -> Upkeep:
    return Upkeep()


def told(upkeep: Upkeep) -> list[AgentEvent]:
    return [each for each in upkeep.bus.events if isinstance(each, AgentEvent)]


def ending(upkeep: Upkeep) -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = upkeep.ask("GET", "/v1/me").body["agents_ending_soon"]
    return shown


def test_two_weeks_before_an_agent_ends_its_user_is_told_what_to_sign(upkeep: Upkeep) -> None:
    upkeep.after(UNTIL_TOLD_MS - HOUR_MS)
    assert told(upkeep) == []

    upkeep.after(HOUR_MS)

    (event,), (successor,), agent = told(upkeep), upkeep.successors(), upkeep.agent()
    assert (event.event, event.user_id, event.agent_id) == (
        "AGENT_SUCCESSOR_TO_SIGN",
        agent.user_id,
        agent.agent_id,
    )
    assert event.facts == {
        "venue": "hyperliquid",
        "wallet_id": agent.wallet_id,
        "successor_id": successor.agent_id,
        "sign_by_ms": str(successor.approve_by_ms),
        "valid_until_ms": str(agent.valid_until_ms),
    }


def test_every_successor_that_waits_in_vain_is_told_of_once(upkeep: Upkeep) -> None:
    upkeep.after(UNTIL_TOLD_MS)
    for _ in range(8):
        upkeep.after(5 * HOUR_MS)

    named = [each.facts["successor_id"] for each in told(upkeep)]
    assert named == [each.agent_id for each in upkeep.successors()]
    assert len({each.event_id for each in told(upkeep)}) == len(named) == 3


def test_what_the_bus_did_not_take_is_told_by_the_next_run(
    upkeep: Upkeep, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: list[Event]) -> None:
        raise DependencyError("the bus does not take events")

    with monkeypatch.context() as patched:
        patched.setattr(upkeep.bus, "publish", away)
        attended = upkeep.after(UNTIL_TOLD_MS)
    assert attended.left == {upkeep.agent_id: "DEPENDENCY_UNAVAILABLE"}

    upkeep.after(5 * 60_000)

    (successor,) = upkeep.successors()
    assert [each.facts["successor_id"] for each in told(upkeep)] == [successor.agent_id]


def test_me_names_the_agents_that_end_within_two_weeks_and_who_waits(upkeep: Upkeep) -> None:
    upkeep.after(UNTIL_TOLD_MS - 1)
    assert ending(upkeep) == []

    upkeep.after(1)

    (successor,), agent = upkeep.successors(), upkeep.agent()
    expected = {
        "agent_id": agent.agent_id,
        "wallet_id": agent.wallet_id,
        "venue": "hyperliquid",
        "name": "main",
        "valid_until_ms": agent.valid_until_ms,
        "successor_id": successor.agent_id,
    }
    assert ending(upkeep) == [expected]
    assert upkeep.ask("GET", f"/v1/agents/{successor.agent_id}").body["to_sign"]
    api = upkeep.api
    assert api.request("GET", "/v1/me", None, api.token(BOB)).body["agents_ending_soon"] == []


def test_an_agent_whose_successor_could_not_be_prepared_is_named_all_the_same(
    upkeep: Upkeep,
) -> None:
    upkeep.api.keys.is_down = True
    upkeep.after(UNTIL_TOLD_MS)

    (named,) = ending(upkeep)
    assert (named["agent_id"], named["successor_id"]) == (upkeep.agent_id, "")


@pytest.mark.parametrize("how", ["confirmed", "revoked", "expired"])
def test_who_needs_no_warning_any_more_is_not_named(upkeep: Upkeep, how: str) -> None:
    upkeep.after(UNTIL_TOLD_MS)
    if how == "confirmed":
        upkeep.confirm(upkeep.successors()[0].agent_id)
    elif how == "revoked":
        upkeep.ask("DELETE", f"/v1/agents/{upkeep.agent_id}")
    else:
        upkeep.api.world.clock.advance(TOLD_BEFORE_DAYS * DAY_MS)

    assert ending(upkeep) == []


def test_a_successor_that_nobody_can_sign_any_more_is_not_named(upkeep: Upkeep) -> None:
    upkeep.after(UNTIL_TOLD_MS)
    (successor,) = upkeep.successors()
    upkeep.api.identity.agents_by_id[successor.agent_id] = replace(
        successor, approve_by_ms=upkeep.api.world.clock.now_ms()
    )

    assert [each["successor_id"] for each in ending(upkeep)] == [""]


def test_the_document_tells_of_agents_that_end_soon(upkeep: Upkeep) -> None:
    schemas = str(upkeep.ask("GET", "/openapi.json").body)

    assert "agents_ending_soon" in schemas
    assert "successor_id" in schemas
