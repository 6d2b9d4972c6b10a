"""Whether the lanes get a leader's trades in the order of their numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from understudy.adapters.memory.follow_directory import InMemoryFollowDirectory
from understudy.domain.follows import FollowStatus
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.reasons import Reason
from understudy.domain.receipts import CopyStatus
from understudy.messages import FollowerExecute

if TYPE_CHECKING:
    from tests.simulation.world import World
    from understudy.adapters.memory.copying_table import CopyingTable
    from understudy.domain.follows import Follow
    from understudy.domain.ids import FollowId
    from understudy.domain.receipts import Receipt


class DatedDirectory(InMemoryFollowDirectory):
    """Follows, with the leader's last trade at the moment when each was first there to be sent to.

    A start reads that number before it takes effect: what is traded in between goes to others only.
    """

    def __init__(self, table: CopyingTable) -> None:
        super().__init__(table)
        self.begun_at: dict[FollowId, int] = {}

    def replace(self, follow: Follow) -> Follow:
        """Replace a follow, and note when it is active for the first time."""
        replaced = super().replace(follow)
        if follow.status is FollowStatus.ACTIVE:
            book = self._table.books.get((follow.venue, follow.leader))
            self.begun_at.setdefault(follow.follow_id, 0 if book is None else book.seq)
        return replaced


def no_trade_is_overtaken(world: World) -> Iterator[str]:
    """Look for trades that a lane passed over because it had a newer one before.

    What died on its way, and was sent again by hand or by the search for gaps, may come so late; so
    may a trade from before the moment when the follow's start took effect.
    """
    died = _died(world)
    for follow in world.table.follows.values():
        begun_at = world.directory.begun_at.get(follow.follow_id, follow.start_seq)
        for seq, receipt in world.table.receipts[follow.follow_id].items():
            is_late = seq > begun_at and _is_overtaken(receipt)
            if is_late and seq not in died[follow.follow_id] | died[follow.leader]:
                yield f"{follow.follow_id}: trade {seq} came after {receipt.numbers['last_seq']}"


def _is_overtaken(receipt: Receipt) -> bool:
    """Say whether a trade was passed over for a newer one, and not for the follow's start."""
    passed_over = receipt.status is CopyStatus.SKIPPED and receipt.reason is Reason.SUPERSEDED
    return passed_over and "last_seq" in receipt.numbers


def _died(world: World) -> defaultdict[str, set[int]]:
    """Give the numbers of trades whose messages died: by follow, and by leader for all of its."""
    died: defaultdict[str, set[int]] = defaultdict(set)
    for command in world.queues.lanes.died:
        if isinstance(command, FollowerExecute):
            died[command.follow_id].add(command.trade.seq)
    for message in world.queues.leader_sync.died:
        trades = world.table.trades[HYPERLIQUID, message.leader].values()
        moments = {(fill.symbol, fill.side, fill.time_ms) for fill in message.fills}
        died[message.leader] |= {
            each.seq for each in trades if (each.symbol, each.side, each.time_ms) in moments
        }
    return died
