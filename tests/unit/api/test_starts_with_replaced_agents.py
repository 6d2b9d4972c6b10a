"""A follow is started with an agent that will sign, not with one that is about to be destroyed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.agent_upkeep import Upkeep
from tests.fakes.builders import LEADER
from tests.fakes.requests import new_follow


@pytest.fixture
def replaced() -> Upkeep:
    """Give a user whose agent has a successor, less than a minute ago."""
    upkeep = Upkeep()
    upkeep.ask("POST", f"/v1/agents/{upkeep.agent_id}/rotate")
    (successor,) = upkeep.successors()
    upkeep.confirm(successor.agent_id)
    return upkeep


def created(upkeep: Upkeep) -> str:
    return str(upkeep.ask("POST", "/v1/follows", new_follow(LEADER)).body["follow_id"])


def start(upkeep: Upkeep, follow_id: str) -> Any:
    return upkeep.ask("POST", f"/v1/follows/{follow_id}/start")


def test_the_successor_signs_for_what_is_started(replaced: Upkeep) -> None:
    (successor,) = replaced.successors()

    answer = start(replaced, created(replaced))

    assert answer.body["agent_id"] == successor.agent_id


def test_where_the_successor_was_revoked_nothing_starts_with_the_agent_before_it(
    replaced: Upkeep,
) -> None:
    (successor,) = replaced.successors()
    replaced.ask("DELETE", f"/v1/agents/{successor.agent_id}")
    assert replaced.agent().status == "ACTIVE"

    answer = start(replaced, created(replaced))

    assert (answer.status, answer.code) == (409, "AGENT_NOT_ACTIVE")


def test_where_the_successor_was_revoked_another_agent_signs(replaced: Upkeep) -> None:
    (successor,) = replaced.successors()
    replaced.ask("DELETE", f"/v1/agents/{successor.agent_id}")
    another = replaced.api.delegate(replaced.api.token(), name="another")

    assert start(replaced, created(replaced)).body["agent_id"] == another
