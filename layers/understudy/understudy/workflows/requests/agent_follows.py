"""What becomes of follows when their agent ends, or when another one takes its place."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from understudy.domain.errors import NotFoundError
from understudy.domain.follows import Follow, FollowStatus, PauseReason
from understudy.domain.replacing import replace

if TYPE_CHECKING:
    from understudy.domain.agents import Agent
    from understudy.ports.copying import FollowState
    from understudy.workflows.requests.follow_changes import OwnFollows

SIGNED_FOR = {FollowStatus.ACTIVE, FollowStatus.PAUSED, FollowStatus.DELETING}
STARTED_NEXT = {FollowStatus.INACTIVE, FollowStatus.PAUSED}


def pause_follows(own: OwnFollows, agent: Agent) -> None:
    """Pause the active follows that an ended agent signed for.

    The others of its wallet are written as they are: a start that took the agent, or an enabling
    that goes by it, is refused then, or looks again.
    """
    for follow in own.directory.of_user(agent.user_id):
        signed_for = follow.agent_id == agent.agent_id and follow.status is FollowStatus.ACTIVE
        may_go_on = follow.wallet_id == agent.wallet_id and follow.status in STARTED_NEXT
        if signed_for or may_go_on:
            change = partial(_paused, agent=agent)
            with suppress(NotFoundError):  # it is deleted by now, here and below: on to the next
                own.change(agent.user_id, follow.follow_id, change, always=may_go_on)


def hand_over(own: OwnFollows, before: Agent, after: Agent) -> None:
    """Let another agent sign from now on for what one signed for; the rest stays as it is."""
    for follow in own.directory.of_user(before.user_id):
        if follow.agent_id == before.agent_id and follow.status in SIGNED_FOR:
            change = partial(_handed_over, before=before, after=after)
            with suppress(NotFoundError):
                own.change(before.user_id, follow.follow_id, change)


def _paused(state: FollowState, agent: Agent) -> Follow:
    follow = state.follow
    if follow.status is not FollowStatus.ACTIVE or follow.agent_id != agent.agent_id:
        return follow
    return replace(follow, status=FollowStatus.PAUSED, pause_reason=PauseReason.AGENT_REVOKED)


def _handed_over(state: FollowState, before: Agent, after: Agent) -> Follow:
    if state.follow.agent_id != before.agent_id:
        return state.follow
    valid_until_ms = after.valid_until_ms
    return replace(state.follow, agent_id=after.agent_id, agent_valid_until_ms=valid_until_ms)
