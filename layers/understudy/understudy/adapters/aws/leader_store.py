"""Leaders' books, trades and fills in the copying table.

The fills of one trade have symbol, side and ms in common and stand in one item, written once:
`FILLS#symbol#side#ms#n`. So a trade of any number of fills is a transaction of three items.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from understudy.adapters.aws import keys as at
from understudy.adapters.aws.attributes import Item, attributes_of, record_of, text
from understudy.adapters.aws.operations import Operation, put_new, put_record
from understudy.adapters.aws.table import Table, transact
from understudy.adapters.following import shards_for
from understudy.adapters.listing import number_text
from understudy.adapters.storable import refuse_unstorable
from understudy.domain.errors import ConflictError
from understudy.domain.ids import TradeId, WalletId
from understudy.domain.leaders import LeaderBook
from understudy.domain.replacing import replace
from understudy.domain.trades import Fill, FillKey, Trade
from understudy.ports.copying import FollowEntry, FollowShard, Watched

_AFTER_EVERY_TRADE = at.TRADE + "~"


class DynamoLeaderStore:
    """Implements `LeaderStore` on the copying table."""

    def __init__(self, copying: Table) -> None:
        self._table = copying

    def leader_book(self, venue: str, leader: str) -> LeaderBook:
        """Read a leader's book, an empty one when there is none."""
        item = self._table.get(at.book(venue, leader))
        return record_of(LeaderBook, item) if item else LeaderBook(venue, leader)

    def fill_owners(
        self, venue: str, leader: str, keys: Sequence[FillKey]
    ) -> Mapping[FillKey, TradeId]:
        """Say to which trade each stored fill belongs."""
        partition = at.leader_partition(venue, leader)
        moments = {_moment_of(key) for key in keys}
        first = self._table.get_many([at.key(partition, moment + "0") for moment in moments])
        owners = _owners_in(first)
        stored = {moment for moment, _ in owners}
        late = {_moment_of(key) for key in keys if _named(key) not in owners} & stored
        for moment in late:
            owners |= _owners_in(self._table.partition(partition, moment))
        return {key: owners[_named(key)] for key in keys if _named(key) in owners}

    def store_trade(self, book: LeaderBook, trade: Trade, fills: Sequence[Fill]) -> LeaderBook:
        """Store a trade, its fills and the moved book, once."""
        refuse_unstorable(book)
        refuse_unstorable(trade)
        if trade.n:
            self._refuse_claimed(trade, fills)
        trade_key = at.trade(book.venue, book.leader, trade.seq)
        writes = [
            self._book_write(book),
            put_new(self._table.name, {**trade_key, **attributes_of(trade)}),
            put_new(self._table.name, _fills_item(book, trade, fills)),
        ]
        transact(self._table.client, writes)
        return replace(book, version=book.version + 1)

    def store_book(self, book: LeaderBook) -> LeaderBook:
        """Replace the book alone."""
        refuse_unstorable(book)
        self._table.put_when(self._book_write(book))
        return replace(book, version=book.version + 1)

    def trades_since(self, venue: str, leader: str, seq: int, limit: int) -> Sequence[Trade]:
        """Read stored trades numbered above `seq`, in order."""
        values = {
            ":pk": text(at.leader_partition(venue, leader)),
            ":first": text(at.TRADE + number_text(seq + 1)),
            ":end": text(_AFTER_EVERY_TRADE),
        }
        condition = "pk = :pk AND sk BETWEEN :first AND :end"
        found = self._table.query(condition, values, limit=limit, ConsistentRead=True)
        return [record_of(Trade, item) for item in found]

    def follow_shard(self, venue: str, leader: str, shard: int) -> FollowShard:
        """Read one shard of a leader's follows: one query, and one get for a later shard."""
        items = self._table.partition(at.shard_partition(venue, leader, shard))
        counts = [item for item in items if item["sk"]["S"] == at.SHARDS]
        if shard > 0:
            counts = self._table.get_many([at.follow_count(venue, leader)])
        follows = (item for item in items if item["sk"]["S"] != at.SHARDS)
        shards = sum(shards_for(int(count["follows"]["N"])) for count in counts)
        return FollowShard(tuple(record_of(FollowEntry, item) for item in follows), shards)

    def watched(self, venue: str) -> Watched:
        """Say who is to be watched, by one query."""
        condition, values = "watched_venue = :venue", {":venue": text(venue)}
        items = list(self._table.query(condition, values, IndexName="watched"))
        return Watched(
            leaders=Counter(item["leader"]["S"] for item in items),
            wallets={
                item["wallet_address"]["S"]: WalletId(item["wallet_id"]["S"]) for item in items
            },
        )

    def _book_write(self, book: LeaderBook) -> Operation:
        return put_record(self._table.name, at.book(book.venue, book.leader), book)

    def _refuse_claimed(self, trade: Trade, fills: Sequence[Fill]) -> None:
        # These items are written once, so what is read here cannot change before the transaction.
        partition = at.leader_partition(trade.venue, trade.leader)
        before = self._table.partition(partition, _moment_of(trade))
        claimed = {tid for item in before for tid in item["tids"]["SS"]}
        if len(before) != trade.n or any(fill.tid in claimed for fill in fills):
            raise ConflictError("a fill belongs to another trade: read the fills' owners again")


def _fills_item(book: LeaderBook, trade: Trade, fills: Sequence[Fill]) -> Item:
    key = at.key(at.leader_partition(book.venue, book.leader), f"{_moment_of(trade)}{trade.n}")
    tids = {"SS": sorted({fill.tid for fill in fills})}
    return {**key, "trade_id": text(trade.trade_id), "tids": tids}


def _moment_of(of: FillKey | Trade) -> str:
    return at.fills_at(of.symbol, of.side, of.time_ms)


def _named(key: FillKey) -> tuple[str, str]:
    return _moment_of(key), key.tid


def _owners_in(items: Iterable[Item]) -> dict[tuple[str, str], TradeId]:
    return {
        (item["sk"]["S"].rpartition("#")[0] + "#", tid): TradeId(item["trade_id"]["S"])
        for item in items
        for tid in item["tids"]["SS"]
    }
