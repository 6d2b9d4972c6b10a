"""Makes agents: a place first, then custody's key, then the record, which only a bound wallet has.

A key without a record is destroyed; of the same request at once both get the one agent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.domain.agents import Agent, AgentScope, AgentStatus
from understudy.domain.errors import (
    ConflictError,
    NotFoundError,
    SigningRefusedError,
    SigningUnavailableError,
)
from understudy.domain.identity import Wallet
from understudy.domain.ids import digest_of
from understudy.domain.replacing import replace
from understudy.ports.agents import AgentApprovals, AgentKeys, AgentRegistry
from understudy.ports.clock import Clock
from understudy.workflows.requests.agent_places import give_place_back, take_place

if TYPE_CHECKING:
    from understudy.ports.agents import NewAgentKey


@dataclass(frozen=True, slots=True)
class WantedAgent:
    """What an agent is to be, whom it `replaces`, and how many its wallet has had before it.

    It may wait for its approval for `approve_within_ms`, and is good for `valid_ms`.
    """

    wallet: Wallet
    venue: str
    name: str
    before: int
    approve_within_ms: int
    valid_ms: int
    replaces: str = ""

    @property
    def request_id(self) -> str:
        """Name the request: when its answer is lost the next attempt is it again, with one key."""
        return digest_of("new-agent", self.venue, self.name, str(self.before))


@dataclass(frozen=True, slots=True)
class NewAgents:
    """Makes agents that wait for their wallet's signatures."""

    registry: AgentRegistry
    keys: AgentKeys
    approvals: AgentApprovals
    clock: Clock
    referral_code: str

    def made(self, wanted: WantedAgent) -> Agent:
        """Make an agent.

        Raises LimitExceededError, TooManyCallsError where there are too many, ConflictError for
        who is leaving, and for a wallet that is removed meanwhile.
        """
        now = self.clock.now_ms()
        agent = self._agent(wanted, self._key(wanted, now), now)
        try:
            return self.registry.put_agent(replace(agent, attend_at_ms=agent.attention_at_ms))
        except ConflictError:
            twin = self.registry.agent(agent.user_id, agent.agent_id)
            if twin is None:
                self._end(agent, now)
            if twin is None or (twin.replaces, twin.status) != (agent.replaces, agent.status):
                raise
            return twin

    def _end(self, agent: Agent, now: int) -> None:
        """Destroy the key of an agent that may not begin any more.

        It is counted first, so that the next request is another one and makes another key: custody
        gives none for an id that is over. For who is leaving there is none, and nothing to count.
        """
        try:
            self.registry.put_agent(replace(agent, status=AgentStatus.REVOKED, revoked_at_ms=now))
        except ConflictError:
            if self.registry.agent(agent.user_id, agent.agent_id) is not None:
                raise  # the same request has stored it in this very moment
        destroy(self.keys, agent.agent_id)

    def _key(self, wanted: WantedAgent, now: int) -> NewAgentKey:
        take_place(self.registry, wanted.wallet, now)
        try:
            return self.keys.create_agent(
                wanted.wallet, wanted.venue, wanted.name, wanted.request_id
            )
        except (SigningRefusedError, SigningUnavailableError):
            give_place_back(self.registry, wanted.wallet, now)
            raise

    def _agent(self, wanted: WantedAgent, key: NewAgentKey, now: int) -> Agent:
        return Agent(
            agent_id=key.agent_id,
            user_id=wanted.wallet.user_id,
            wallet_id=wanted.wallet.wallet_id,
            wallet_address=wanted.wallet.address,
            venue=wanted.venue,
            hl_chain=self.approvals.chain,
            address=key.address,
            name=wanted.name,
            scope=AgentScope.TRADE_ONLY,
            nonce=now,
            created_at_ms=now,
            approve_by_ms=now + wanted.approve_within_ms,
            valid_until_ms=now + wanted.valid_ms,
            status=AgentStatus.PENDING,
            builder_address=key.builder_address,
            builder_fee_tenths_bps=key.builder_fee_tenths_bps,
            referral_code=self.referral_code,
            replaces=wanted.replaces,
        )


def destroy(keys: AgentKeys, agent_id: str) -> None:
    """Have custody destroy an agent's key; what it has forgotten is destroyed."""
    try:
        keys.revoke(agent_id)
    except SigningRefusedError as refusal:
        if refusal.facts.get("cause") != NotFoundError.code:
            raise
