"""How many agents a wallet may have made in a day, and how many may wait for its signatures.

A place is taken before custody makes a key, under the version by which both were counted: of many
requests at once no more get one than there are. It is kept by address, whoever has it: a wallet
that is removed and linked again, or whose user leaves and comes back, has no more places for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.domain.errors import ConflictError, LimitExceededError
from understudy.workflows.requests.follow_changes import ATTEMPTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from understudy.domain.agents import MadeAgents
    from understudy.domain.identity import Wallet
    from understudy.ports.agents import AgentRegistry

MAX_WAITING = 5


def take_place(registry: AgentRegistry, wallet: Wallet, now_ms: int) -> None:
    """Take one of the day's places, while fewer than `MAX_WAITING` wait.

    Raises LimitExceededError (TOO_MANY_PENDING_AGENTS), TooManyCallsError when the day has no
    place, ConflictError.
    """

    def with_one_more(made: MadeAgents) -> MadeAgents:
        # Read after the places: whoever has taken one is counted by it, or by the agent.
        agents = registry.agents(wallet.user_id)
        if made.waiting(agents, now_ms, wallet.created_at_ms) >= MAX_WAITING:
            raise LimitExceededError(
                f"{MAX_WAITING} agents wait for their signatures: confirm or revoke one",
                code="TOO_MANY_PENDING_AGENTS",
            )
        return made.with_one_more(now_ms)

    if not _changed(registry, wallet, with_one_more):
        raise ConflictError("agents of this wallet are being made by something else: try again")


def give_place_back(registry: AgentRegistry, wallet: Wallet, taken_at_ms: int) -> None:
    """Give back the place of an agent that was not made; what cannot be is free in a day anyway."""
    _changed(registry, wallet, lambda made: made.without_one(taken_at_ms))


def _changed(
    registry: AgentRegistry, wallet: Wallet, change: Callable[[MadeAgents], MadeAgents]
) -> bool:
    for _ in range(ATTEMPTS):
        made = change(registry.made_agents(wallet.user_id, wallet.address))
        try:
            registry.put_made_agents(made)
        except ConflictError:  # another one of this wallet is being made
            continue
        return True
    return False
