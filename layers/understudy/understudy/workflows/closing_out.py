"""Closes everything that a follow holds, at once: targets become flat and its lane is told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from understudy.domain.errors import ConflictError
from understudy.domain.money import ZERO
from understudy.messages import Converge
from understudy.ports.clock import Clock
from understudy.ports.copying import Changes
from understudy.ports.delivery import Queues
from understudy.workflows.follow_changes import ATTEMPTS, OwnFollows

if TYPE_CHECKING:
    from understudy.domain.ids import FollowId, UserId

CAUSE = "close_now"


@dataclass(frozen=True, slots=True)
class ClosingOut:
    """Flattens follows."""

    own: OwnFollows
    queues: Queues
    clock: Clock

    def close_all(self, user_id: UserId, follow_id: FollowId) -> None:
        """Ask for the close of every symbol that is held; asking again is harmless."""
        for symbol in self.own.state(user_id, follow_id).ledgers:
            self._close(user_id, follow_id, symbol)

    def _close(self, user_id: UserId, follow_id: FollowId, symbol: str) -> None:
        for _ in range(ATTEMPTS):
            state = self.own.state(user_id, follow_id)
            ledger = state.ledgers[symbol]
            if ledger.is_flat:
                return
            try:
                if ledger.target or ledger.waiting:
                    flat = replace(ledger, target=ZERO, waiting=None)
                    self.own.copies.commit(Changes(unchanged=state.follow, ledger=flat))
            except ConflictError:  # a copy settled meanwhile: look again
                continue
            wallet_id, now = state.follow.wallet_id, self.clock.now_ms()
            self.queues.to_lanes([Converge(follow_id, wallet_id, symbol, CAUSE, now)])
            return
        raise ConflictError("the follow is trading just now: pause it again in a moment")
