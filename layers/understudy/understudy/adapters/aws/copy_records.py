"""`CopyRecords` on the copying table: what is gone is gone for late messages, too."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from understudy.adapters.aws import keys as at
from understudy.adapters.aws.attempts import attempt
from understudy.adapters.aws.attributes import record_of, text
from understudy.adapters.aws.table import Table
from understudy.domain.errors import ConflictError
from understudy.domain.follows import Follow, FollowStatus

if TYPE_CHECKING:
    from collections.abc import Iterator

    from understudy.adapters.aws.attributes import Item
    from understudy.domain.ids import WalletId


class DynamoCopyRecords:
    """Implements `CopyRecords`."""

    def __init__(self, copying: Table) -> None:
        self._table = copying

    def erase_follow(self, follow: Follow, most: int) -> bool:
        """Remove up to `most` records of a deleted follow, the follow last."""
        key = at.follow(follow.follow_id)
        item = self._table.get(key)
        if item is not None and record_of(Follow, item).status is not FollowStatus.DELETED:
            raise ConflictError("the follow is not deleted yet")
        did = list(islice(self._keys(at.copies_partition(follow.follow_id)), most))
        self._table.delete_many(did)
        if len(did) == most:
            return False
        state = [each for each in self._keys(at.follow_partition(follow.follow_id)) if each != key]
        self._table.delete_many(state)
        self._forget_address(follow)
        # It is what the user's listing finds: who died before this finds the follow again.
        self._table.delete_many([key])
        return True

    def erase_wallet(self, wallet_id: WalletId) -> None:
        """Remove what copying keeps of a wallet."""
        self._table.delete_many(list(self._keys(at.wallet_partition(wallet_id))))

    def _keys(self, partition: str) -> Iterator[Item]:
        values = {":pk": text(partition)}
        return self._table.query(
            "pk = :pk", values, ConsistentRead=True, ProjectionExpression="pk, sk"
        )

    def _forget_address(self, follow: Follow) -> None:
        """Remove the address from those that followers trade on, unless a follow is left there."""
        try:
            attempt(
                lambda: self._table.client.delete_item(
                    TableName=self._table.name,
                    Key=at.followers(follow.venue, follow.wallet_address),
                    ConditionExpression="attribute_not_exists(follows)",
                )
            )
        except ConflictError:
            return
