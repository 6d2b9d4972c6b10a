"""`CopyRecords` on the copying table in memory."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from understudy.adapters.memory.copying_table import CopyingTable
from understudy.domain.errors import ConflictError
from understudy.domain.follows import Follow, FollowStatus

if TYPE_CHECKING:
    from understudy.domain.ids import FollowId, WalletId


class InMemoryCopyRecords:
    """Implements `CopyRecords`."""

    def __init__(self, table: CopyingTable) -> None:
        self._table = table

    def erase_follow(self, follow: Follow, most: int) -> bool:
        """Remove up to `most` records of a deleted follow, the follow last."""
        table, follow_id = self._table, follow.follow_id
        with table.lock:
            stored = table.follows.get(follow_id)
            if stored is not None and stored.status is not FollowStatus.DELETED:
                raise ConflictError("the follow is not deleted yet")
            if self._erase_copies(follow_id, most) == most:
                return False
            table.budgets.pop(follow_id, None)
            table.ledgers.pop(follow_id, None)
            table.receipts.pop(follow_id, None)
            address = (follow.venue, follow.wallet_address)
            if not table.followers[address]:
                del table.followers[address]
            table.follows.pop(follow_id, None)
            return True

    def erase_wallet(self, wallet_id: WalletId) -> None:
        """Remove what copying keeps of a wallet."""
        table = self._table
        with table.lock:
            table.lanes.pop(wallet_id, None)
            table.accounts.pop(wallet_id, None)
            table.wallet_follows.pop(wallet_id, None)
            for name in [name for name in table.owners if name[0] == wallet_id]:
                del table.owners[name]

    def _erase_copies(self, follow_id: FollowId, most: int) -> int:
        receipts = self._table.receipts[follow_id]
        seqs = list(islice(receipts, most))
        for seq in seqs:
            del receipts[seq]
        intents = [name for name in self._table.intents if name[0] == follow_id]
        for name in intents[: most - len(seqs)]:
            for kept in (self._table.intents, self._table.pending, self._table.estimated):
                kept.pop(name, None)
        return min(most, len(seqs) + len(intents))
