"""The bounds under which a user's agents sign; custody keeps them, and the owner alone widens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.domain.agents import Agent, SigningBounds
from understudy.domain.errors import InvalidInputError, NotFoundError
from understudy.ports.agents import AgentRegistry, BoundsAnswer, BoundsKeeper
from understudy.ports.copying import MarketStore
from understudy.workflows.requests.known_symbols import refuse_unknown_symbols

if TYPE_CHECKING:
    from understudy.domain.ids import UserId


@dataclass(frozen=True, slots=True)
class OwnBounds:
    """Shows and changes the bounds of one's own agents; those of others are not there."""

    registry: AgentRegistry
    keeper: BoundsKeeper
    markets: MarketStore

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
        NotFoundError, InvalidInputError, SigningRefusedError.
        """
        agent = self._require_own(user_id, agent_id)
        if signature and not valid_until_ms:
            raise InvalidInputError(
                "a signature goes with the valid_until_ms that came with its text: send both"
            )
        if bounds.symbols_allow or bounds.symbols_deny:
            # A market that was named while it was there may be gone by now.
            before = self.keeper.bounds(agent_id)
            refuse_unknown_symbols(self.markets, agent.venue, bounds, before, "INVALID_BOUNDS")
        return self.keeper.set_bounds(agent_id, bounds, valid_until_ms, signature)

    def _require_own(self, user_id: UserId, agent_id: str) -> Agent:
        agent = self.registry.agent(user_id, agent_id)
        if agent is None:
            raise NotFoundError("you have no agent with this id", code="AGENT_NOT_FOUND")
        return agent
