"""Follows and everything that changes with a copy, in the copying table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from heapq import merge
from itertools import islice
from zlib import crc32

from understudy.adapters.aws import keys as at
from understudy.adapters.aws import operations, surroundings
from understudy.adapters.aws.attributes import Item, attributes_of, number, record_of, text
from understudy.adapters.aws.follow_writes import follow_writes
from understudy.adapters.aws.market_store import DynamoMarketStore
from understudy.adapters.aws.operations import Operation
from understudy.adapters.aws.table import Table, batch_get
from understudy.adapters.aws.transactions import Transactions
from understudy.adapters.listing import receipt_order
from understudy.adapters.storable import refuse_unstorable
from understudy.adapters.transaction import after_commit, refuse_impossible
from understudy.domain.follows import Account, Budget, Follow, Ledger
from understudy.domain.ids import FollowId, IntentId, WalletId
from understudy.domain.intents import Intent, IntentState
from understudy.domain.lanes import Lane
from understudy.domain.ownership import SymbolOwner
from understudy.domain.receipts import Receipt
from understudy.domain.true_up import is_estimated
from understudy.ports.copying import Changes, FollowState, Place, Surroundings

DUE_SHARDS = 4
INTENT_LIFE_SECONDS = 60 * 24 * 60 * 60


class DynamoCopyStore:
    """Implements `CopyStore` on the copying table and, for what lies around, the market table."""

    def __init__(self, copying: Table, markets: DynamoMarketStore) -> None:
        self._table = copying
        self._markets = markets
        self._transactions = Transactions(copying.client)

    def follow_state(self, follow_id: FollowId) -> FollowState | None:
        """Read a follow with its budget and ledgers."""
        items = self._table.partition(at.follow_partition(follow_id))
        by_key = {item["sk"]["S"]: item for item in items}
        follow, budget = by_key.pop(at.FOLLOW_STATE, None), by_key.pop(at.BUDGET_STATE, None)
        if follow is None:
            return None
        return FollowState(
            record_of(Follow, follow),
            record_of(Budget, budget) if budget else Budget(follow_id),
            {item["symbol"]["S"]: record_of(Ledger, item) for item in by_key.values()},
        )

    def surroundings(self, places: Sequence[Place]) -> Sequence[Surroundings]:
        """Read what lies around each place, in their order; what they share is read once."""
        if not places:
            return []
        venues = sorted({place.follow.venue for place in places})
        markets = {venue: self._markets.markets(venue) for venue in venues}
        wanted = {
            self._table.name: {"Keys": surroundings.keys_around(places), "ConsistentRead": True},
            **self._markets.marks_wanted(venues),
        }
        answer = batch_get(self._table.client, wanted)
        marks = self._markets.marks_from(answer, venues)
        found = surroundings.Found(answer[self._table.name], markets, marks)
        return [found.around(place) for place in places]

    def commit(self, changes: Changes) -> Changes:
        """Write all or nothing; gives the records back with their new versions."""
        refuse_impossible(changes)
        writes = self._record_writes(changes) + self._intent_writes(changes)
        writes += self._receipt_writes(changes.receipts) + self._conditions(changes)
        if writes:
            self._transactions.write(writes)
        return after_commit(changes)

    def intent(self, follow_id: FollowId, intent_id: IntentId) -> Intent | None:
        """Read a pinned order."""
        item = self._table.get(at.intent(follow_id, intent_id))
        return record_of(Intent, item) if item else None

    def intents(self, names: Iterable[tuple[FollowId, IntentId]]) -> Sequence[Intent]:
        """Read pinned orders; those that do not exist are left out."""
        keys = [at.intent(*name) for name in dict.fromkeys(names)]
        return [record_of(Intent, item) for item in self._table.get_many(keys)]

    def receipt(self, follow_id: FollowId, seq: int) -> Receipt | None:
        """Read the receipt of a follow for the leader's trade number `seq`."""
        item = self._table.get(at.receipt(follow_id, seq))
        return record_of(Receipt, item) if item else None

    def receipts(self, follow_id: FollowId, seqs: Iterable[int]) -> Sequence[Receipt]:
        """Read receipts of a follow; those that do not exist are left out."""
        keys = [at.receipt(follow_id, seq) for seq in dict.fromkeys(seqs)]
        return [record_of(Receipt, item) for item in self._table.get_many(keys)]

    def receipted(self, follow_id: FollowId, after_seq: int, to_seq: int) -> frozenset[int]:
        """Give which of the trades above `after_seq`, up to `to_seq`, have a receipt."""
        if to_seq <= after_seq:
            return frozenset()
        first, last = at.receipt(follow_id, after_seq + 1), at.receipt(follow_id, to_seq)
        values = {":pk": first["pk"], ":first": first["sk"], ":last": last["sk"]}
        condition = "pk = :pk AND sk BETWEEN :first AND :last"
        found = self._table.query(condition, values, ConsistentRead=True, ProjectionExpression="sk")
        return frozenset(int(item["sk"]["S"].removeprefix(at.COPY)) for item in found)

    def lane(self, wallet_id: WalletId) -> Lane:
        """Read a wallet's lane, an empty one when there is none."""
        item = self._table.get(at.lane(wallet_id))
        return record_of(Lane, item) if item else Lane(wallet_id)

    def account(self, wallet_id: WalletId) -> Account | None:
        """Give the last account reading."""
        item = self._table.get(at.account(wallet_id))
        return record_of(Account, item) if item else None

    def put_account(self, account: Account) -> None:
        """Keep a fresh account reading."""
        refuse_unstorable(account)
        self._table.put({**at.account(account.wallet_id), **attributes_of(account)})

    def due_intents(self, before_ms: int, limit: int) -> Sequence[tuple[FollowId, IntentId]]:
        """List pending intents that expired at or before `before_ms`, oldest first."""
        shards = (self._expired(str(shard), 0, before_ms, limit) for shard in range(DUE_SHARDS))
        return [found for _, found in islice(merge(*shards), limit)]

    def estimated_orders(
        self, wallet_id: WalletId, expired_from_ms: int, expired_to_ms: int, limit: int
    ) -> Sequence[tuple[FollowId, IntentId]]:
        """List a wallet's filled orders whose fee is an estimate by their expiry, oldest first."""
        shard = at.wallet_partition(wallet_id)
        return [found for _, found in self._expired(shard, expired_from_ms, expired_to_ms, limit)]

    def wallet_follows(self, wallet_id: WalletId) -> Sequence[FollowId]:
        """List the follows that are not deleted of a wallet."""
        items = self._table.partition(at.wallet_partition(wallet_id), at.FOLLOW)
        return [FollowId(item["follow_id"]["S"]) for item in items]

    def _expired(
        self, shard: str, from_ms: int, to_ms: int, limit: int
    ) -> list[tuple[int, tuple[FollowId, IntentId]]]:
        condition = "due_shard = :shard AND expires_at_ms BETWEEN :from AND :to"
        values = {":shard": text(shard), ":from": number(from_ms), ":to": number(to_ms)}
        items = self._table.query(condition, values, limit=limit, IndexName="due")
        return [(int(item["expires_at_ms"]["N"]), _named_by(item)) for item in items]

    def _record_writes(self, changes: Changes) -> list[Operation]:
        put_record, name = operations.put_record, self._table.name
        writes = follow_writes(name, changes.follow) if changes.follow else []
        if (budget := changes.budget) is not None:
            writes.append(put_record(name, at.budget(budget.follow_id), budget))
        if (ledger := changes.ledger) is not None:
            writes.append(put_record(name, at.ledger(ledger.follow_id, ledger.symbol), ledger))
        if (lane := changes.lane) is not None:
            writes.append(put_record(name, at.lane(lane.wallet_id), lane))
        return writes

    def _intent_writes(self, changes: Changes) -> list[Operation]:
        return [
            operations.put_record(
                self._table.name,
                at.intent(intent.follow_id, intent.intent_id),
                intent,
                _intent_indexes(intent),
            )
            for intent in (changes.intent, *changes.booked)
            if intent is not None
        ]

    def _receipt_writes(self, receipts: Sequence[Receipt]) -> list[Operation]:
        return [
            operations.put_record(
                self._table.name,
                at.receipt(receipt.follow_id, receipt.seq),
                receipt,
                {"listed_as": text(receipt_order(receipt))},
            )
            for receipt in receipts
        ]

    def _conditions(self, changes: Changes) -> list[Operation]:
        name, conditions = self._table.name, []
        if (same := changes.unchanged) is not None:
            key = at.follow(same.follow_id)
            conditions.append(operations.check_version(name, key, same.version))
        if (taken := changes.owner_taken) is not None:
            item = {**_owner_key(taken), "follow_id": text(taken.follow_id)}
            conditions.append(operations.take_owned(name, item, taken))
        if (free := changes.owner_released) is not None:
            conditions.append(operations.release_owned(name, _owner_key(free), free.follow_id))
        return conditions


def _owner_key(change: SymbolOwner) -> Item:
    return at.owner(change.wallet_id, change.symbol)


def _intent_indexes(intent: Intent) -> Item:
    if intent.state is IntentState.PENDING:
        return {"due_shard": text(str(crc32(intent.intent_id.encode()) % DUE_SHARDS))}
    ended = {"expires_on": number(intent.created_at_ms // 1000 + INTENT_LIFE_SECONDS)}
    if is_estimated(intent):
        ended["due_shard"] = text(at.wallet_partition(intent.wallet_id))
    return ended


def _named_by(item: Item) -> tuple[FollowId, IntentId]:
    follow_id = item["pk"]["S"].removeprefix(at.COPIES)
    return FollowId(follow_id), IntentId(item["sk"]["S"].removeprefix(at.INTENT))
