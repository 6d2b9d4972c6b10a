"""The bounds under which a user's agents sign; custody keeps them, and the owner alone widens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.domain.agents import SigningBounds
from understudy.domain.errors import NotFoundError
from understudy.ports.agents import AgentRegistry, BoundsAnswer, BoundsKeeper

if TYPE_CHECKING:
    from understudy.domain.ids import UserId


@dataclass(frozen=True, slots=True)
class OwnBounds:
    """Shows and changes the bounds of one's own agents; those of others are not there."""

    registry: AgentRegistry
    keeper: BoundsKeeper

    def show(self, user_id: UserId, agent_id: str) -> BoundsAnswer:
        """Show an agent's bounds; raises NotFoundError."""
        self._require_own(user_id, agent_id)
        return BoundsAnswer(self.keeper.bounds(agent_id))

    def change(
        self,
        user_id: UserId,
        agent_id: str,
        bounds: SigningBounds,
        valid_until_ms: int = 0,
        signature: str = "",
    ) -> BoundsAnswer:
        """Narrow an agent's bounds, or widen them with its wallet's signature.

        Without one, wider bounds change nothing and the answer has the text to sign. Raises
        NotFoundError, SigningRefusedError.
        """
        self._require_own(user_id, agent_id)
        return self.keeper.set_bounds(agent_id, bounds, valid_until_ms, signature)

    def _require_own(self, user_id: UserId, agent_id: str) -> None:
        if self.registry.agent(user_id, agent_id) is None:
            raise NotFoundError("you have no agent with this id", code="AGENT_NOT_FOUND")
