"""What the roles of agent_upkeep and of its schedule are for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.permissions.cast import Follower, new_follower
from tests.permissions.dead_letters import (
    LONG_AGO_MS,
    keeps_failures,
    keeps_what_cannot_start,
    unreadable,
)
from tests.permissions.logs import leaves_a_log
from tests.permissions.publishing import hear_of, witness
from understudy.adapters.aws import identity_keys
from understudy.adapters.aws.identity_store import DynamoIdentityStore

if TYPE_CHECKING:
    from tests.permissions.stage import Stage
    from understudy.domain.agents import Agent

FUNCTION = "AgentUpkeepFunction"


def an_agent_ends_and_its_follows_pause(stage: Stage) -> None:
    follower = new_follower(stage)
    _have_due(follower, valid_until_ms=LONG_AGO_MS)

    stage.invoke(FUNCTION, {})

    assert _agent(follower).status == "EXPIRED"
    assert follower.state.follow.pause_reason == "agent_revoked"


def a_successor_is_prepared(stage: Stage) -> None:
    follower = new_follower(stage)
    before = _have_due(follower, rotate_at_ms=LONG_AGO_MS)

    stage.invoke(FUNCTION, {})

    assert [each.replaces for each in _agents(follower)[1:]] == [before.agent_id]


def who_has_a_successor_to_sign_is_told(stage: Stage) -> None:
    heard = witness(stage)
    follower = new_follower(stage)
    _have_due(follower, rotate_at_ms=LONG_AGO_MS)

    stage.invoke(FUNCTION, {})

    hear_of(stage, heard, _agents(follower)[1].agent_id)


def the_venue_is_asked_for_an_agent(stage: Stage) -> None:
    follower, since_ms = new_follower(stage), stage.now_ms()
    _have_due(follower, checked_at_ms=LONG_AGO_MS)

    stage.invoke(FUNCTION, {})

    assert _agent(follower).checked_at_ms >= since_ms
    assert not _agent(follower).missing_since_ms


def a_run_that_fails_is_kept(stage: Stage) -> None:
    with unreadable(stage, "AGENT#none", due_as=identity_keys.ATTENDED):
        keeps_failures(stage, "AgentUpkeepDeadLetterQueue", lambda: stage.begin(FUNCTION, {}))


def its_log_is_written(stage: Stage) -> None:
    leaves_a_log(stage, FUNCTION, lambda: stage.invoke(FUNCTION, {}))


def agents_are_looked_after_by_the_schedule(stage: Stage) -> None:
    follower, since_ms = new_follower(stage), stage.now_ms()
    _have_due(follower, checked_at_ms=LONG_AGO_MS)

    stage.system.stack.run_schedules()

    stage.wait("the venue is asked", lambda: _agent(follower).checked_at_ms >= since_ms)


def a_run_that_cannot_be_started_is_kept(stage: Stage) -> None:
    keeps_what_cannot_start(stage, f"{FUNCTION}EveryFiveMinutes", "AgentUpkeepDeadLetterQueue")


def _have_due(follower: Follower, **changes: Any) -> Agent:
    """Store a follower's agent as one that is due."""
    due = replace(_agent(follower), attend_at_ms=LONG_AGO_MS, **changes)
    return _store(follower.user.stage).put_agent(due)


def _agent(follower: Follower) -> Agent:
    return _agents(follower)[0]


def _agents(follower: Follower) -> list[Agent]:
    return list(_store(follower.user.stage).agents(follower.state.follow.user_id))


def _store(stage: Stage) -> DynamoIdentityStore:
    return DynamoIdentityStore(stage.table("IdentityTable"))


OF_UPKEEP = (
    its_log_is_written,
    an_agent_ends_and_its_follows_pause,
    a_successor_is_prepared,
    who_has_a_successor_to_sign_is_told,
    the_venue_is_asked_for_an_agent,
    a_run_that_fails_is_kept,
)
OF_THE_SCHEDULE = (
    agents_are_looked_after_by_the_schedule,
    a_run_that_cannot_be_started_is_kept,
)
