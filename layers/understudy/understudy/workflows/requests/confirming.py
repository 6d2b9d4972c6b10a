"""Who may hand a wallet's signatures in: to let an agent sign, whoever may begin something.

To take an ended one back at the venue, everybody: whoever stops or leaves is never kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.ports.agents import AgentRegistry
from understudy.ports.identity import IdentityStore
from understudy.workflows.requests.agents import Agents
from understudy.workflows.requests.terms import Terms
from understudy.workflows.requests.wallets import person

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.domain.ids import UserId
    from understudy.workflows.requests.agents import Delegation


@dataclass(frozen=True, slots=True)
class Confirming:
    """Asks who it is before an agent is confirmed."""

    agents: Agents
    registry: AgentRegistry
    identity: IdentityStore
    terms: Terms

    def confirm(self, user_id: UserId, agent_id: str, signatures: Sequence[str]) -> Delegation:
        """Confirm an agent, or the removal of a revoked one; see `Agents.confirm`.

        Raises ConflictError or LimitExceededError for an agent that may yet sign and a user who
        is being deleted or has not accepted the terms.
        """
        agent = self.registry.agent(user_id, agent_id)
        # One that is over stays so: nothing can begin between this look and what follows.
        if agent is not None and not agent.is_removable:
            self.terms.require_beginner(person(self.identity, user_id).user)
        return self.agents.confirm(user_id, agent_id, signatures)
