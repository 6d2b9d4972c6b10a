"""A world with one follow, and messages of it that nobody has handled."""

from __future__ import annotations

from typing import Any

from tests.fakes.world import World, following
from understudy.domain.ids import FollowId, WalletId
from understudy.messages import Converge, FollowerExecute

WEEKS_MS = 3 * 7 * 24 * 60 * 60 * 1000
FOLLOW = FollowId("follow-1")
WALLET = WalletId("wallet-1")


def copying_world(*before: str, **changes: Any) -> World:
    """Make a world with a follow that has copied trades of these sizes."""
    return following(*before, budget=100_000, **changes)[0]


def lost_command(world: World, size: str) -> FollowerExecute:
    """Let the leader trade and take the command for it away."""
    world.leader_trades("BTC", size)
    world.sync()
    (command,) = world.queues.lanes.take()
    assert isinstance(command, FollowerExecute)
    return command


def convergence_of(world: World, cause: str = "reconcile") -> Converge:
    """Write a convergence of the follow."""
    return Converge(FOLLOW, WALLET, "BTC", cause, world.clock.now_ms())
