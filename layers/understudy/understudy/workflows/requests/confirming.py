"""Who may hand a wallet's signatures in: to let an agent sign, whoever may begin something.

To take an ended one back at the venue, everybody: whoever stops or leaves is never kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.domain.audit import AuditEntry
from understudy.ports.agents import AgentRegistry
from understudy.ports.audit import AuditTrail
from understudy.ports.clock import Clock
from understudy.ports.identity import IdentityStore
from understudy.workflows.requests.agents import Agents
from understudy.workflows.requests.terms import Terms
from understudy.workflows.requests.wallets import person

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.domain.agents import Agent
    from understudy.domain.ids import UserId
    from understudy.workflows.requests.agents import Delegation

REMOVED = "AGENT_REMOVED"


@dataclass(frozen=True, slots=True)
class Confirming:
    """Asks who it is before an agent is confirmed, and writes down what was taken back.

    Letting an agent sign is written down by the signer, which does it.
    """

    agents: Agents
    registry: AgentRegistry
    identity: IdentityStore
    terms: Terms
    audit: AuditTrail
    clock: Clock

    def confirm(self, user_id: UserId, agent_id: str, signatures: Sequence[str]) -> Delegation:
        """Confirm an agent, or the removal of a revoked one; see `Agents.confirm`.

        A removal is handed in first and then written down: who is told that it is not kept asks
        again.
        Raises ConflictError or LimitExceededError for an agent that may yet sign and a user who
        is being deleted or has not accepted the terms.
        """
        agent = self.registry.agent(user_id, agent_id)
        # One that is over stays so: nothing can begin between this look and what follows.
        if agent is not None and not agent.is_over:
            self.terms.require_beginner(person(self.identity, user_id).user)
        confirmed = self.agents.confirm(user_id, agent_id, signatures)
        if confirmed.agent.removal_signed_at_ms:  # now, or before by somebody who was not told
            self._note_removal(confirmed.agent)
        return confirmed

    def _note_removal(self, agent: Agent) -> None:
        facts = {
            "agent_id": agent.agent_id,
            "wallet_id": agent.wallet_id,
            "venue": agent.venue,
            "status": agent.status.value,
        }
        self.audit.append(AuditEntry(REMOVED, agent.user_id, self.clock.now_ms(), facts))
