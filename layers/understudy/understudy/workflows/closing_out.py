"""Closes everything that a follow holds, at once: its lane is told to flatten each symbol."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.messages import CLOSE_NOW, Converge

if TYPE_CHECKING:
    from understudy.ports.copying import FollowState
    from understudy.ports.delivery import Queues


def close_out(queues: Queues, state: FollowState, now_ms: int) -> None:
    """Ask for the close of every symbol that is held; asking again is harmless."""
    follow = state.follow
    queues.to_lanes(
        [
            Converge(follow.follow_id, follow.wallet_id, symbol, CLOSE_NOW, now_ms)
            for symbol, ledger in sorted(state.ledgers.items())
            if not ledger.is_flat
        ]
    )
