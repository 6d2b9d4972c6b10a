"""Closes everything that a follow holds, at once: its lane is told to flatten each symbol."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.domain.follows import FollowStatus
from understudy.domain.limits import OnStop
from understudy.messages import CLOSE_NOW
from understudy.workflows.copying.converging import convergence

if TYPE_CHECKING:
    from understudy.domain.follows import Follow
    from understudy.ports.copying import FollowState
    from understudy.ports.delivery import Queues

STOPPED = frozenset({FollowStatus.PAUSED, FollowStatus.DELETING})


def wants_closing(follow: Follow) -> bool:
    """Say whether a follow is stopped and its owner wants nothing held."""
    return follow.status in STOPPED and follow.limits.on_stop is OnStop.CLOSE_NOW


def close_out(queues: Queues, state: FollowState, now_ms: int) -> None:
    """Ask for the close of every symbol that is held; asking again is harmless."""
    follow = state.follow
    queues.to_lanes(
        [
            convergence(follow, symbol, CLOSE_NOW, now_ms)
            for symbol, ledger in sorted(state.ledgers.items())
            if not ledger.is_flat
        ]
    )


def close_out_if_stopped(queues: Queues, state: FollowState, now_ms: int) -> None:
    """Ask for the closes while a stopped follow wants positions that its owner does not."""
    if not wants_closing(state.follow):
        return
    if any(ledger.target or ledger.waiting for ledger in state.ledgers.values()):
        close_out(queues, state, now_ms)
