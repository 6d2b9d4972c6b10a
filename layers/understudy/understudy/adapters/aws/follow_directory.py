"""Follows and receipts as users see them, in the copying table and its indexes.

The indexes hold keys only and may lag by a moment; the items themselves are read consistently.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from understudy.adapters.aws import keys as at
from understudy.adapters.aws.attributes import Item, number, record_of, text
from understudy.adapters.aws.follow_writes import follow_writes
from understudy.adapters.aws.identity_keys import wallet
from understudy.adapters.aws.operations import Operation, check_active, put_record, put_version
from understudy.adapters.aws.table import Table, transact
from understudy.adapters.cursors import cursor_at, position_of
from understudy.adapters.following import shard_for
from understudy.adapters.listing import number_text, receipt_order
from understudy.adapters.storable import refuse_unstorable
from understudy.adapters.transaction import next_version, refuse_new
from understudy.domain.errors import ConflictError, DependencyError
from understudy.domain.follows import Budget, Follow, FollowStatus
from understudy.domain.ids import CopyId, FollowId, UserId
from understudy.domain.receipts import Receipt
from understudy.domain.replacing import replace
from understudy.ports.directory import Page

_CREATIONS = 10
_AFTER_EVERY_COPY = "COPY$"  # the character after '#'


class DynamoFollowDirectory:
    """Implements `FollowDirectory` on the copying table.

    Whoever creates follows gives the table of wallets, `people`: no follow is created for one that
    is removed in the same moment.
    """

    def __init__(self, copying: Table, people: Table | None = None) -> None:
        self._table = copying
        self._people = people

    def create(self, follow: Follow) -> Follow:
        """Store a new follow with an empty budget and give it a shard of its leader."""
        refuse_unstorable(follow)
        for _ in range(_CREATIONS):
            count = self._table.get(at.follow_count(follow.venue, follow.leader))
            before = int(count["follows"]["N"]) if count else 0
            placed = replace(follow, shard=shard_for(before))
            try:
                transact(self._table.client, self._creation(placed, before))
            except ConflictError:
                self._refuse_existing(follow)
                continue  # someone else followed this leader in between
            return next_version(placed)
        raise DependencyError("too many follow this leader at the same time: try again")

    def replace(self, follow: Follow) -> Follow:
        """Replace a follow while its version is the one read."""
        refuse_new(follow)
        refuse_unstorable(follow)
        transact(self._table.client, follow_writes(self._table.name, follow))
        return next_version(follow)

    def of_user(self, user_id: UserId) -> Sequence[Follow]:
        """List a user's follows that are not deleted, oldest first."""
        follows = self.ever_of_user(user_id)
        return [each for each in follows if each.status is not FollowStatus.DELETED]

    def ever_of_user(self, user_id: UserId) -> Sequence[Follow]:
        """List all of a user's follows that are kept, deleted ones too, oldest first."""
        condition = "user_id = :user AND begins_with(listed_as, :follows)"
        values = {":user": text(user_id), ":follows": text(at.FOLLOW)}
        entries = self._table.query(condition, values, IndexName="by_user")
        return [record_of(Follow, item) for item in self._items_of(entries)]

    def receipts(self, follow_id: FollowId, *, limit: int, cursor: str = "") -> Page[Receipt]:
        """List a follow's receipts, newest first."""
        listing = f"receipts#{follow_id}"
        before = position_of(listing, cursor) if cursor else ""
        values = {
            ":pk": text(at.copies_partition(follow_id)),
            ":first": text(at.COPY),
            ":last": text(at.COPY + number_text(int(before) - 1) if before else _AFTER_EVERY_COPY),
        }
        condition = "pk = :pk AND sk BETWEEN :first AND :last"
        found = self._newest(condition, values, limit + 1, ConsistentRead=True)
        shown = tuple(record_of(Receipt, item) for item in found[:limit])
        more = shown and len(found) > limit
        return Page(shown, cursor_at(listing, number_text(shown[-1].seq)) if more else "")

    def logs(self, user_id: UserId, *, limit: int, cursor: str = "") -> Page[Receipt]:
        """List the receipts of all of a user's follows, newest first."""
        listing = f"logs#{user_id}"
        before = position_of(listing, cursor) if cursor else _AFTER_EVERY_COPY
        values = {":user": text(user_id), ":before": text(before)}
        condition = "user_id = :user AND listed_as < :before"
        entries = self._newest(condition, values, limit + 1, IndexName="by_user")
        shown = tuple(record_of(Receipt, item) for item in self._items_of(entries[:limit]))
        more = shown and len(entries) > limit
        return Page(shown, cursor_at(listing, receipt_order(shown[-1])) if more else "")

    def receipt_of(self, user_id: UserId, copy_id: CopyId) -> Receipt | None:
        """Read one receipt of this user."""
        entries = self._table.query(
            "copy_id = :copy", {":copy": text(copy_id)}, IndexName="by_copy"
        )
        receipts = [record_of(Receipt, item) for item in self._items_of(entries)]
        return next((receipt for receipt in receipts if receipt.user_id == user_id), None)

    def _creation(self, follow: Follow, follows_before: int) -> list[Operation]:
        name, budget = self._table.name, Budget(follow.follow_id)
        count = {
            **at.follow_count(follow.venue, follow.leader),
            "follows": number(follows_before + 1),
        }
        return [
            *self._bound(follow),
            *follow_writes(name, follow),
            put_record(name, at.budget(budget.follow_id), budget),
            put_version(name, count, follows_before),
        ]

    def _bound(self, follow: Follow) -> list[Operation]:
        if self._people is None:
            return []
        return [check_active(self._people.name, wallet(follow.user_id, follow.wallet_id))]

    def _refuse_existing(self, follow: Follow) -> None:
        taken = [at.wallet_follow(follow), at.follow(follow.follow_id)]
        if self._table.get_many(taken):
            raise ConflictError("this wallet already follows this leader on this venue")
        if self._people is not None:
            bound = self._people.get(wallet(follow.user_id, follow.wallet_id))
            if bound is None or not bound["is_active"]["BOOL"]:
                raise ConflictError("the follow's wallet is gone, or on its way out")

    def _newest(self, condition: str, values: Item, limit: int, **more: Any) -> list[Item]:
        found = self._table.query(condition, values, limit=limit, ScanIndexForward=False, **more)
        return list(found)

    def _items_of(self, entries: Iterable[Item]) -> list[Item]:
        keys = [{"pk": entry["pk"], "sk": entry["sk"]} for entry in entries]
        items = {(item["pk"]["S"], item["sk"]["S"]): item for item in self._table.get_many(keys)}
        named = ((key["pk"]["S"], key["sk"]["S"]) for key in keys)
        return [items[name] for name in named if name in items]
