"""Who the caller is, what they should sign soon, and whether their trading was stopped."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from understudy.domain.agents import Agent, AgentStatus
from understudy.domain.ids import WalletId
from understudy.domain.markets import HYPERLIQUID
from understudy.ports.agents import AgentRegistry
from understudy.ports.clock import Clock
from understudy.ports.identity import IdentityStore
from understudy.ports.switches import Switch, SwitchBoard
from understudy.workflows.requests.wallets import Person, person

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.domain.ids import UserId


class Stopped(StrEnum):
    """For whom an operator has stopped trading; receipts say `kill_switch_of_` and this."""

    EVERYBODY = "everybody"
    VENUE = "venue"
    USER = "user"


@dataclass(frozen=True, slots=True)
class EndingAgent:
    """An agent that ends within two weeks; `successor_id` waits to be signed in its place, if any.

    What there is to sign stands in `GET /v1/agents/{successor_id}`.
    """

    agent_id: str
    wallet_id: WalletId
    venue: str
    name: str
    valid_until_ms: int
    successor_id: str = ""


@dataclass(frozen=True, slots=True)
class Me(Person):
    """A person with every stop of trading that holds for them; () while trading goes on."""

    trading_stopped_for: tuple[Stopped, ...] = ()
    agents_ending_soon: tuple[EndingAgent, ...] = ()


@dataclass(frozen=True, slots=True)
class Myself:
    """Reads a user with their wallets and agents, and the kill switches around them."""

    identity: IdentityStore
    switches: SwitchBoard
    registry: AgentRegistry
    clock: Clock

    def show(self, user_id: UserId) -> Me:
        """Read the user; raises NotAllowedError when they are gone."""
        found = person(self.identity, user_id)
        kills = (
            (Stopped.EVERYBODY, Switch.KILL_GLOBAL, ""),
            (Stopped.VENUE, Switch.KILL_VENUE, HYPERLIQUID),
            (Stopped.USER, Switch.KILL_USER, user_id),
        )
        stopped = (who for who, switch, subject in kills if self.switches.is_on(switch, subject))
        return Me(found.user, found.wallets, tuple(stopped), self._ending_soon(user_id))

    def _ending_soon(self, user_id: UserId) -> tuple[EndingAgent, ...]:
        agents, now = self.registry.agents(user_id), self.clock.now_ms()
        return tuple(_ending(each, agents, now) for each in agents if each.ends_soon(now))


def _ending(agent: Agent, agents: Sequence[Agent], now_ms: int) -> EndingAgent:
    waiting = (
        each.agent_id
        for each in agents
        if each.replaces == agent.agent_id and each.status_at(now_ms) is AgentStatus.PENDING
    )
    return EndingAgent(
        agent_id=agent.agent_id,
        wallet_id=agent.wallet_id,
        venue=agent.venue,
        name=agent.name,
        valid_until_ms=agent.valid_until_ms,
        successor_id=next(waiting, ""),
    )
