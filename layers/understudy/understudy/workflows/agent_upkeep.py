"""Looks after agents whose users do nothing: ends them, prepares successors, asks the venue.

What is due is found by each agent's own date. The venue's list is the truth about an approval, but
a key is destroyed for it only when two answers a minute apart say the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from understudy.domain.agents import DAY_MS, Agent, AgentStatus
from understudy.domain.errors import UnderstudyError, VenueUnreachableError
from understudy.domain.ids import digest_of
from understudy.domain.replacing import replace
from understudy.messages import AgentEvent
from understudy.ports.agents import DueAgents
from understudy.ports.clock import Clock
from understudy.ports.delivery import Bus
from understudy.workflows.requests.agents import Agents

# The venue's budget lets a run ask for some ten of them; what needs no answer passes the rest.
MOST_AT_ONCE = 500
TO_SIGN = "AGENT_SUCCESSOR_TO_SIGN"


@dataclass(frozen=True, slots=True)
class UpkeepPorts:
    """What the workflow uses."""

    agents: Agents
    due: DueAgents
    bus: Bus
    clock: Clock


@dataclass(slots=True)
class Attended:
    """How many agents were looked after; `left` has the codes of those that come again."""

    done: int = 0
    left: dict[str, str] = field(default_factory=dict)


def look_after_agents(ports: UpkeepPorts) -> Attended:
    """Do what is due for each agent; one that fails comes again and holds up no other."""
    attended, now_ms = Attended(), ports.clock.now_ms()
    is_answering = True
    for agent in ports.due.due_agents(now_ms, MOST_AT_ONCE):
        try:
            _attend(ports, agent, now_ms, is_answering=is_answering)
        except UnderstudyError as error:
            is_answering = is_answering and not isinstance(error, VenueUnreachableError)
            attended.left[agent.agent_id] = error.code
        else:
            attended.done += 1
    return attended


def _attend(ports: UpkeepPorts, agent: Agent, now_ms: int, *, is_answering: bool) -> None:
    status = agent.status_at(now_ms)
    if status is AgentStatus.EXPIRED and agent.status is not status:
        ports.agents.end(agent, AgentStatus.EXPIRED)
        return
    if status is AgentStatus.ACTIVE and agent.attention_at_ms <= now_ms:
        if agent.is_handed_over(now_ms):
            _retire(ports, agent)
            return
        ports.agents.succeed(agent)  # its confirmation may have broken off before
        agent = _with_successor(ports, agent, now_ms)
    if status is not AgentStatus.PENDING and 0 < agent.attention_at_ms <= now_ms:
        if not is_answering:
            raise VenueUnreachableError("the venue did not answer for an agent before this one")
        _compare(ports, agent, now_ms)


def _retire(ports: UpkeepPorts, agent: Agent) -> None:
    """End a replaced agent; what was started with it meanwhile goes to its successor first."""
    for other in ports.agents.registry.agents(agent.user_id):
        if other.replaces == agent.agent_id and other.status is AgentStatus.ACTIVE:
            ports.agents.succeed(other)
    ports.agents.end(agent, AgentStatus.REVOKED)


def _with_successor(ports: UpkeepPorts, agent: Agent, now_ms: int) -> Agent:
    """Prepare a successor if one is due, and another one when that has waited in vain."""
    if not 0 < agent.rotate_at_ms <= now_ms or agent.replaced_at_ms:
        return agent
    try:
        successor = ports.agents.rotate(agent.user_id, agent.agent_id).agent
    except UnderstudyError:  # what cannot be prepared now is tried again tomorrow
        ports.agents.keep(replace(agent, rotate_at_ms=now_ms + DAY_MS))
        raise
    # Before it is noted: what the bus did not take is told by the next run, of the same successor.
    ports.bus.publish([_to_sign(agent, successor, now_ms)])
    return ports.agents.keep(replace(agent, rotate_at_ms=successor.approve_by_ms))


def _to_sign(agent: Agent, successor: Agent, now_ms: int) -> AgentEvent:
    return AgentEvent(
        event=TO_SIGN,
        event_id=digest_of(TO_SIGN, successor.agent_id),
        user_id=agent.user_id,
        agent_id=agent.agent_id,
        at_ms=now_ms,
        facts={
            "venue": agent.venue,
            "wallet_id": agent.wallet_id,
            "successor_id": successor.agent_id,
            "sign_by_ms": str(successor.approve_by_ms),
            "valid_until_ms": str(agent.valid_until_ms),
        },
    )


def _compare(ports: UpkeepPorts, agent: Agent, now_ms: int) -> None:
    """Compare an agent with what the venue says of it."""
    is_listed = ports.agents.approvals.is_listed(agent)
    seen = replace(agent, checked_at_ms=now_ms)
    if agent.is_removable:
        ports.agents.keep(seen if is_listed else replace(seen, removed_at_ms=now_ms))
    elif is_listed:
        ports.agents.keep(replace(seen, missing_since_ms=0))
    elif not agent.missing_since_ms:
        ports.agents.keep(replace(seen, missing_since_ms=now_ms))
    else:
        ended = ports.agents.end(seen, AgentStatus.REVOKED)
        ports.agents.keep(replace(ended, removed_at_ms=now_ms))
