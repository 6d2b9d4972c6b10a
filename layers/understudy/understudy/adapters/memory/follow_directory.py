"""Follows and receipts as users see them, in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from understudy.adapters.cursors import cursor_at, position_of
from understudy.adapters.following import shard_for
from understudy.adapters.listing import follow_order, number_text, receipt_order
from understudy.adapters.memory.copying_table import CopyingTable
from understudy.adapters.memory.identity import InMemoryIdentityStore
from understudy.adapters.storable import refuse_unstorable
from understudy.adapters.transaction import next_version, refuse_new
from understudy.domain.errors import ConflictError
from understudy.domain.follows import Budget, Follow, FollowStatus
from understudy.domain.ids import CopyId, FollowId, UserId
from understudy.domain.receipts import Receipt
from understudy.domain.replacing import replace
from understudy.ports.directory import Page


class InMemoryFollowDirectory:
    """Implements `FollowDirectory` on a table in memory; `people` have the wallets, if given."""

    def __init__(self, table: CopyingTable, people: InMemoryIdentityStore | None = None) -> None:
        self._table = table
        self._people = people

    def create(self, follow: Follow) -> Follow:
        """Store a new follow with an empty budget and give it a shard of its leader."""
        refuse_unstorable(follow)
        leader = (follow.venue, follow.leader)
        with self._table.lock, self._bound(follow):
            if leader in self._table.wallet_follows[follow.wallet_id]:
                raise ConflictError("this wallet already follows this leader on this venue")
            placed = replace(follow, shard=shard_for(self._table.follow_counts[leader]))
            self._table.refuse_stale((placed, Budget(follow.follow_id)))
            self._table.follow_counts[leader] += 1
            self._table.write(next_version(Budget(follow.follow_id)))
            return self._stored(placed)

    def replace(self, follow: Follow) -> Follow:
        """Replace a follow while its version is the one read."""
        refuse_new(follow)
        refuse_unstorable(follow)
        with self._table.lock:
            self._table.refuse_stale((follow,))
            self._table.refuse_deleted(follow)
            return self._stored(follow)

    def of_user(self, user_id: UserId) -> Sequence[Follow]:
        """List a user's follows that are not deleted, oldest first."""
        follows = self.ever_of_user(user_id)
        return [each for each in follows if each.status is not FollowStatus.DELETED]

    def ever_of_user(self, user_id: UserId) -> Sequence[Follow]:
        """List all of a user's follows that are kept, deleted ones too, oldest first."""
        with self._table.lock:
            follows = [f for f in self._table.follows.values() if f.user_id == user_id]
        return sorted(follows, key=follow_order)

    def receipts(self, follow_id: FollowId, *, limit: int, cursor: str = "") -> Page[Receipt]:
        """List a follow's receipts, newest first."""
        with self._table.lock:
            found = list(self._table.receipts[follow_id].values())
        return _page(
            f"receipts#{follow_id}", found, lambda each: number_text(each.seq), limit, cursor
        )

    def logs(self, user_id: UserId, *, limit: int, cursor: str = "") -> Page[Receipt]:
        """List the receipts of all of a user's follows, newest first."""
        with self._table.lock:
            found = [receipt for receipt in self._all_receipts() if receipt.user_id == user_id]
        return _page(f"logs#{user_id}", found, receipt_order, limit, cursor)

    def receipt_of(self, user_id: UserId, copy_id: CopyId) -> Receipt | None:
        """Read one receipt of this user."""
        with self._table.lock:
            for receipt in self._all_receipts():
                if receipt.copy_id == copy_id and receipt.user_id == user_id:
                    return receipt
        return None

    @contextmanager
    def _bound(self, follow: Follow) -> Iterator[None]:
        """Have a follow's wallet stay for a block; raises ConflictError where it does not."""
        if self._people is None:
            yield
            return
        with self._people.lock:
            self._people.refuse_retired(follow.user_id, follow.wallet_id)
            yield

    def _stored(self, follow: Follow) -> Follow:
        stored = next_version(follow)
        self._table.write(stored)
        return stored

    def _all_receipts(self) -> Iterable[Receipt]:
        return (each for receipts in self._table.receipts.values() for each in receipts.values())


def _page(
    listing: str, found: list[Receipt], order: Callable[[Receipt], str], limit: int, cursor: str
) -> Page[Receipt]:
    before = position_of(listing, cursor) if cursor else None
    rest = [each for each in found if before is None or order(each) < before]
    newest = sorted(rest, key=order, reverse=True)[:limit]
    more = len(rest) > len(newest) > 0
    return Page(tuple(newest), cursor_at(listing, order(newest[-1])) if more else "")
