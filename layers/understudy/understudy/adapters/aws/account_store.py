"""Accounts on DynamoDB (table `identity`); a user's partition names all that is theirs."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from understudy.adapters.aws import identity_keys as keys
from understudy.adapters.aws.attempts import attempt
from understudy.adapters.aws.attributes import number, record_of, text
from understudy.adapters.aws.operations import PRESENT, put
from understudy.adapters.aws.table import Table, transact
from understudy.domain.errors import ConflictError, NotFoundError
from understudy.domain.identity import AuthMethod, ProviderIdentity
from understudy.domain.ids import UserId
from understudy.domain.limits import OnStop

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.adapters.aws.attributes import Item
    from understudy.adapters.aws.audit_trail import DynamoAuditTrail
    from understudy.adapters.aws.operations import Operation
    from understudy.domain.audit import AuditEntry

# By these a user comes in, or is found: they go last, all at once.
_WAYS_IN = (keys.PROFILE, keys.WALLET, keys.IDENTITY)
# By these nobody comes in any more: they go when everything else is gone.
_GOES_LAST = (keys.DEPARTURE, keys.REMOVED)
# Each may go with the one that leads to it, and a transaction writes 100 items at most.
_ITEMS_AT_ONCE = 50
# The last ones go with the audit's row and the departure; a profile has nothing that leads to it.
_WAYS_IN_AT_ONCE = 49


class DynamoAccountStore:
    """Implements `AccountStore` and `ClosingAccounts`."""

    def __init__(self, table: Table, audit: DynamoAuditTrail) -> None:
        self._table = table
        self._audit = audit

    def accept_terms(self, user_id: UserId, version: str, at_ms: int) -> None:
        """Note which terms a user has accepted, and when."""
        accepted = {":version": text(version), ":at": number(at_ms)}
        self._set(user_id, "terms_version = :version, terms_accepted_at_ms = :at", accepted)

    def flag(self, user_id: UserId, reason: str) -> None:
        """Flag a user for a reason; without a reason take the flag away."""
        flag = {":is": {"BOOL": bool(reason)}, ":reason": text(reason)}
        self._set(user_id, "is_flagged = :is, flag_reason = :reason", flag)

    def begin_closing(self, user_id: UserId, at_ms: int, on_stop: OnStop, due_at_ms: int) -> None:
        """Note since when a user wants to be deleted, and how; from then on the index has them."""
        change = (
            "closing_since_ms = if_not_exists(closing_since_ms, :at), closing_on_stop = :wish,"
            " attended_as = :closing, attend_at_ms = :due"
        )
        wish = {":at": number(at_ms), ":wish": text(on_stop)}
        self._set(
            user_id, change, {**wish, ":closing": text(keys.CLOSING), ":due": number(due_at_ms)}
        )

    def due_closings(self, until_ms: int, most: int) -> Sequence[UserId]:
        """Name users whose deletion is due, from the index."""
        values = {":closing": text(keys.CLOSING), ":until": number(until_ms)}
        condition = "attended_as = :closing AND attend_at_ms <= :until"
        entries = self._table.query(condition, values, limit=most, IndexName="attended")
        return [UserId(entry["pk"]["S"].removeprefix(keys.USER)) for entry in entries]

    def close_again(self, user_id: UserId, at_ms: int) -> None:
        """Name somebody who was erased once, by the profile that came back or by a departure."""
        try:
            self.begin_closing(user_id, at_ms, OnStop.KEEP, at_ms)
        except NotFoundError:
            self._table.put(_departure(user_id, at_ms))

    def defer_closing(self, user_id: UserId, due_at_ms: int) -> None:
        """Name this user again at that time, by the profile or by what a departure left."""
        for key in (keys.user(user_id), keys.departure(user_id)):
            with suppress(ConflictError):
                self._set_at(key, "attend_at_ms = :due", {":due": number(due_at_ms)})

    def clear(self, user_id: UserId) -> None:
        """Remove what came while a user went; what says so goes last."""
        items = self._table.partition(keys.user_partition(user_id))
        left = {item["sk"]["S"]: item for item in items}
        if keys.PROFILE in left:
            return
        is_named = left.pop(keys.DEPARTURE, None) is not None
        self._delete(list(left.values()))
        if is_named:
            departure = keys.departure(user_id)
            table = self._table
            attempt(lambda: table.client.delete_item(TableName=table.name, Key=departure))

    def identities(self, user_id: UserId) -> Sequence[ProviderIdentity]:
        """List whom providers know a user as."""
        items = self._table.partition(keys.user_partition(user_id), keys.IDENTITY)
        return [record_of(ProviderIdentity, item) for item in items]

    def erase(self, user_id: UserId, entry: AuditEntry) -> None:
        """Remove a user: what hangs on them, then every way in at once, then what came meanwhile.

        What was removed before stays marked until then, so that no provider's word brings it back.
        Nothing can be added once the profile is gone, so that the second look finds all of it; the
        departure that takes the profile's place is due until that is done, whoever dies before. Of
        more wallets than go at once some go before; never the active one, nor a provider's word.
        """
        items = self._table.partition(keys.user_partition(user_id))
        items = [item for item in items if not item["sk"]["S"].startswith(_GOES_LAST)]
        ways_in = _further_wallets_last([i for i in items if i["sk"]["S"].startswith(_WAYS_IN)])
        self._delete([item for item in items if item not in ways_in])
        self._delete(ways_in[_WAYS_IN_AT_ONCE:])
        self._delete_ways_in(user_id, ways_in[:_WAYS_IN_AT_ONCE], entry)
        self.clear(user_id)

    def _set(self, user_id: UserId, change: str, values: Item) -> None:
        try:
            self._set_at(keys.user(user_id), change, values)
        except ConflictError as error:
            raise NotFoundError("there is no such user", code="USER_NOT_FOUND") from error

    def _set_at(self, key: Item, change: str, values: Item) -> None:
        attempt(
            lambda: self._table.client.update_item(
                TableName=self._table.name,
                Key=key,
                UpdateExpression=f"SET {change}",
                ConditionExpression=PRESENT,
                ExpressionAttributeValues=values,
            )
        )

    def _delete(self, items: Sequence[Item]) -> None:
        for start in range(0, len(items), _ITEMS_AT_ONCE):
            chunk = items[start : start + _ITEMS_AT_ONCE]
            transact(self._table.client, [each for item in chunk for each in self._deletes(item)])

    def _delete_ways_in(self, user_id: UserId, items: Sequence[Item], entry: AuditEntry) -> None:
        """Delete the last of a user: whose delete takes the profile writes the entry, once."""
        deletes = [each for item in items for each in self._deletes(item)]
        if any(item["sk"]["S"] == keys.PROFILE for item in items):
            departure = put(self._table.name, _departure(user_id, entry.at_ms))
            deletes += [departure, self._audit.write_of(entry)]
        if deletes:
            transact(self._table.client, deletes)

    def _deletes(self, item: Item) -> list[Operation]:
        """Delete an item of a user with the one that leads to it, while that is the user's."""
        own: Operation = {"Delete": {"TableName": self._table.name, "Key": _key_of(item)}}
        if item["sk"]["S"] == keys.PROFILE:
            own["Delete"]["ConditionExpression"] = PRESENT
        led = _leading_to(item)
        if led is None:
            return [own]
        key, attribute, owner = led
        condition = {
            "ConditionExpression": f"attribute_not_exists(pk) OR {attribute} = :owner",
            "ExpressionAttributeValues": {":owner": owner},
        }
        return [own, {"Delete": {"TableName": self._table.name, "Key": key, **condition}}]


def _further_wallets_last(ways_in: Sequence[Item]) -> Sequence[Item]:
    profiles = (item for item in ways_in if item["sk"]["S"] == keys.PROFILE)
    active = next((item["active_wallet_id"] for item in profiles), None)
    return sorted(
        ways_in,
        key=lambda item: item["sk"]["S"].startswith(keys.WALLET) and item["wallet_id"] != active,
    )


def _departure(user_id: UserId, due_at_ms: int) -> Item:
    due = {"attended_as": text(keys.CLOSING), "attend_at_ms": number(due_at_ms)}
    return {**keys.departure(user_id), **due}


def _key_of(item: Item) -> Item:
    return {"pk": item["pk"], "sk": item["sk"]}


def _leading_to(item: Item) -> tuple[Item, str, Any] | None:
    """Name what leads to an item of a user, and the attribute and value that say it is theirs."""
    sort, user_id = item["sk"]["S"], text(item["pk"]["S"].removeprefix(keys.USER))
    if sort.startswith(keys.WALLET):
        return keys.address(item["address"]["S"]), "wallet_id", item["wallet_id"]
    if sort.startswith(keys.SESSION):
        return keys.session(item["session_id"]["S"]), "user_id", user_id
    if sort.startswith(keys.IDENTITY):
        provider = AuthMethod(item["provider"]["S"])
        return keys.provider_identity(provider, item["subject"]["S"]), "user_id", user_id
    return None
