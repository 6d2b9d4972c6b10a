"""`AccountStore` on DynamoDB (table `identity`); a user's partition names all that is theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.adapters.aws import identity_keys as keys
from understudy.adapters.aws.attempts import attempt
from understudy.adapters.aws.attributes import number, record_of, text
from understudy.adapters.aws.table import Table, transact
from understudy.domain.errors import ConflictError, NotFoundError
from understudy.domain.identity import AuthMethod, ProviderIdentity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.adapters.aws.attributes import Item
    from understudy.adapters.aws.operations import Operation
    from understudy.domain.ids import UserId

# By these a user comes in, or is found: they go last, all at once.
_WAYS_IN = (keys.PROFILE, keys.WALLET, keys.IDENTITY)
# Each may go with the one that leads to it, and a transaction writes 100 items at most.
_ITEMS_AT_ONCE = 50


class DynamoAccountStore:
    """Implements `AccountStore`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def accept_terms(self, user_id: UserId, version: str, at_ms: int) -> None:
        """Note which terms a user has accepted, and when."""
        accepted = {":version": text(version), ":at": number(at_ms)}
        self._set(user_id, "terms_version = :version, terms_accepted_at_ms = :at", accepted)

    def flag(self, user_id: UserId, reason: str) -> None:
        """Flag a user for a reason; without a reason take the flag away."""
        flag = {":is": {"BOOL": bool(reason)}, ":reason": text(reason)}
        self._set(user_id, "is_flagged = :is, flag_reason = :reason", flag)

    def begin_closing(self, user_id: UserId, at_ms: int) -> None:
        """Note since when a user wants to be deleted; the first time stays."""
        since = "closing_since_ms = if_not_exists(closing_since_ms, :at)"
        self._set(user_id, since, {":at": number(at_ms)})

    def identities(self, user_id: UserId) -> Sequence[ProviderIdentity]:
        """List whom providers know a user as."""
        items = self._table.partition(keys.user_partition(user_id), keys.IDENTITY)
        return [record_of(ProviderIdentity, item) for item in items]

    def erase(self, user_id: UserId) -> None:
        """Remove a user: what hangs on them, then every way in at once, then what came meanwhile.

        Nothing can be added once the profile is gone, so that the second look finds all of it. Of
        more wallets than go at once some go before; never the active one, nor a provider's word.
        """
        items = self._table.partition(keys.user_partition(user_id))
        ways_in = _further_wallets_last([i for i in items if i["sk"]["S"].startswith(_WAYS_IN)])
        self._delete([item for item in items if item not in ways_in])
        self._delete(ways_in[_ITEMS_AT_ONCE:])
        self._delete(ways_in[:_ITEMS_AT_ONCE])
        self._delete(self._table.partition(keys.user_partition(user_id)))

    def _set(self, user_id: UserId, change: str, values: Item) -> None:
        try:
            attempt(
                lambda: self._table.client.update_item(
                    TableName=self._table.name,
                    Key=keys.user(user_id),
                    UpdateExpression=f"SET {change}",
                    ConditionExpression="attribute_exists(pk)",
                    ExpressionAttributeValues=values,
                )
            )
        except ConflictError as error:
            raise NotFoundError("there is no such user", code="USER_NOT_FOUND") from error

    def _delete(self, items: Sequence[Item]) -> None:
        for start in range(0, len(items), _ITEMS_AT_ONCE):
            chunk = items[start : start + _ITEMS_AT_ONCE]
            transact(self._table.client, [each for item in chunk for each in self._deletes(item)])

    def _deletes(self, item: Item) -> list[Operation]:
        """Delete an item of a user with the one that leads to it, while that is the user's."""
        own = {"Delete": {"TableName": self._table.name, "Key": _key_of(item)}}
        led = _leading_to(item)
        if led is None:
            return [own]
        key, owner = led
        condition = {
            "ConditionExpression": f"attribute_not_exists(pk) OR {owner} = :owner",
            "ExpressionAttributeValues": {":owner": item[owner]},
        }
        return [own, {"Delete": {"TableName": self._table.name, "Key": key, **condition}}]


def _further_wallets_last(ways_in: Sequence[Item]) -> Sequence[Item]:
    profiles = (item for item in ways_in if item["sk"]["S"] == keys.PROFILE)
    active = next((item["active_wallet_id"] for item in profiles), None)
    return sorted(
        ways_in,
        key=lambda item: item["sk"]["S"].startswith(keys.WALLET) and item["wallet_id"] != active,
    )


def _key_of(item: Item) -> Item:
    return {"pk": item["pk"], "sk": item["sk"]}


def _leading_to(item: Item) -> tuple[Item, str] | None:
    """Name what leads to an item of a user, and the attribute that says whose it is."""
    sort = item["sk"]["S"]
    if sort.startswith(keys.WALLET):
        return keys.address(item["address"]["S"]), "wallet_id"
    if sort.startswith(keys.SESSION):
        return keys.session(item["session_id"]["S"]), "session_id"
    if sort.startswith(keys.IDENTITY):
        provider = AuthMethod(item["provider"]["S"])
        return keys.provider_identity(provider, item["subject"]["S"]), "user_id"
    return None
