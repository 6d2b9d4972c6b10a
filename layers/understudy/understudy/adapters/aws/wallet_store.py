"""`WalletStore` on DynamoDB (table `identity`): every change under a condition on both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.adapters.aws import identity_keys as keys
from understudy.adapters.aws.attempts import attempt
from understudy.adapters.aws.attributes import attributes_of, text
from understudy.adapters.aws.operations import check_active, put
from understudy.adapters.aws.table import Table, transact
from understudy.domain.identity import RemovedWallet

if TYPE_CHECKING:
    from understudy.adapters.aws.attributes import Item
    from understudy.adapters.aws.operations import Operation
    from understudy.domain.identity import Wallet
    from understudy.domain.ids import UserId, WalletId

_YES, _NO = {":is": {"BOOL": True}}, {":is": {"BOOL": False}}


class DynamoWalletStore:
    """Implements `WalletStore`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def activate_wallet(self, user_id: UserId, wallet_id: WalletId) -> None:
        """Make a wallet of this user the active one, while it is not on its way out."""
        chosen = {":wallet": text(wallet_id)}
        self._transact(
            self._update(keys.user(user_id), "active_wallet_id = :wallet", chosen),
            check_active(self._table.name, keys.wallet(user_id, wallet_id)),
        )

    def retire_wallet(self, user_id: UserId, wallet_id: WalletId) -> None:
        """Let nothing new begin with a wallet that is not the active one."""
        other, chosen = "active_wallet_id <> :wallet", {":wallet": text(wallet_id)}
        self._transact(
            self._when("ConditionCheck", keys.user(user_id), other, chosen),
            self._update(keys.wallet(user_id, wallet_id), "is_active = :is", _NO),
        )

    def restore_wallet(self, user_id: UserId, wallet_id: WalletId) -> None:
        """Take a retirement back."""
        update = self._update(keys.wallet(user_id, wallet_id), "is_active = :is", _YES)
        attempt(lambda: self._table.client.update_item(**update["Update"]))

    def remove_wallet(self, wallet: Wallet, at_ms: int) -> None:
        """Unbind a retired wallet, its address and the mark of it in the same transaction."""
        own = {":wallet": text(wallet.wallet_id)}
        key = keys.wallet(wallet.user_id, wallet.wallet_id)
        removed = RemovedWallet(wallet.user_id, wallet.address, at_ms)
        mark = keys.removed_wallet(wallet.user_id, wallet.address) | attributes_of(removed)
        self._transact(
            put(self._table.name, mark),
            self._when("Delete", key, "is_active = :is", _NO),
            self._when("Delete", keys.address(wallet.address), "wallet_id = :wallet", own),
        )

    def _transact(self, *operations: Operation) -> None:
        transact(self._table.client, operations)

    def _when(self, kind: str, key: Item, condition: str, values: Item) -> Operation:
        return {
            kind: {
                "TableName": self._table.name,
                "Key": key,
                "ConditionExpression": condition,
                "ExpressionAttributeValues": values,
            }
        }

    def _update(self, key: Item, change: str, values: Item) -> Operation:
        made = self._when("Update", key, "attribute_exists(pk)", values)
        made["Update"]["UpdateExpression"] = f"SET {change}"
        return made
