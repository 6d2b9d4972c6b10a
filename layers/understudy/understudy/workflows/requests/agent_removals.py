"""Takes an ended agent's approval back at the venue, with the signature of its wallet.

The venue knows a removal by the agent's name alone. So none is given to sign for what was never
handed in there, nor while another agent lives by the name: it would take that one away.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.domain.agents import DAY_MS, Agent, AgentStatus
from understudy.domain.errors import ConflictError, VenueUnreachableError
from understudy.domain.replacing import replace
from understudy.ports.agents import AgentApprovals, AgentRegistry, WalletRequest
from understudy.ports.clock import Clock
from understudy.workflows.requests.approving import hand_in, signed_by_wallet
from understudy.workflows.requests.follow_changes import ATTEMPTS

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class AgentRemovals:
    """Gives removals to sign, hands them in, and looks whether they are done."""

    registry: AgentRegistry
    approvals: AgentApprovals
    clock: Clock

    def to_sign(self, agent: Agent) -> tuple[WalletRequest, ...]:
        """Give what takes an agent back at the venue, where that hits it and no other.

        The venue takes a nonce for two days: after one, what nobody signed yet gets another.
        """
        if not agent.is_removable or self._has_living_namesake(agent):
            return ()
        now = self.clock.now_ms()
        if now - agent.revocation_nonce > DAY_MS:
            agent = self._with_nonce(agent, now)
        return (self.approvals.revocation(agent),)

    def _with_nonce(self, agent: Agent, nonce: int) -> Agent:
        try:
            return self.registry.put_agent(replace(agent, revocation_nonce=nonce))
        except ConflictError:  # somebody else has renewed it, or changed the agent
            return self.registry.agent(agent.user_id, agent.agent_id) or agent

    def take_back(self, agent: Agent, signatures: Sequence[str]) -> Agent:
        """Hand an agent's signed removal in, and note what the venue says of it then.

        One that is known to be done is no error, and is not sent again. Raises ConflictError where
        there is none to sign, InvalidInputError, VenueRejectedError, VenueUnreachableError.
        """
        is_done = agent.removed_at_ms > 0
        if is_done and not agent.removal_signed_at_ms:
            return agent
        if not is_done and not agent.is_removable:
            raise _nothing_to_remove(agent)
        if not is_done and self._has_living_namesake(agent):
            raise ConflictError(
                "another agent of this wallet has this name, and a removal would take that one",
                code="AGENT_NAME_IN_USE",
            )
        removal = [self.approvals.revocation(agent)]
        signed = signed_by_wallet(self.approvals, agent, removal, signatures)
        if is_done:
            return agent
        hand_in(self.approvals, self.clock, agent, signed)
        return self._noted(agent)

    def _noted(self, agent: Agent) -> Agent:
        """Note that a removal was handed in: what is not seen to be done is asked again soon."""
        looked = self._looked(agent)
        for _ in range(ATTEMPTS):
            seen = replace(
                agent,
                removal_signed_at_ms=looked.removal_signed_at_ms,
                checked_at_ms=looked.checked_at_ms,
                removed_at_ms=looked.removed_at_ms,
            )
            try:
                return self.registry.put_agent(replace(seen, attend_at_ms=seen.attention_at_ms))
            except ConflictError:  # the upkeep has looked as well, or the user is gone
                stored = self.registry.agent(agent.user_id, agent.agent_id)
            if stored is None or stored.removed_at_ms:
                return stored or looked
            agent = stored
        return looked

    def _looked(self, agent: Agent) -> Agent:
        now = self.clock.now_ms()
        signed = replace(agent, removal_signed_at_ms=now)
        try:
            is_listed = self.approvals.is_listed(agent)
        except VenueUnreachableError:  # it was taken all the same: the upkeep asks again
            return signed
        return replace(signed, checked_at_ms=now, removed_at_ms=0 if is_listed else now)

    def _has_living_namesake(self, agent: Agent) -> bool:
        agents = self.registry.agents(agent.user_id)
        return any(each.lives_by_the_name_of(agent) for each in agents)


def _nothing_to_remove(agent: Agent) -> ConflictError:
    if agent.status is AgentStatus.EXPIRED:
        return ConflictError("this agent has expired: enable a new one", code="AGENT_EXPIRED")
    return ConflictError(
        "this agent was revoked, and the venue has nothing of it: enable a new one",
        code="AGENT_REVOKED",
    )
