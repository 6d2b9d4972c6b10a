"""Leaders' books, trades and fills in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from understudy.adapters.following import receives_trades, shards_for
from understudy.adapters.memory.copying_table import CopyingTable, Moment, changed_since
from understudy.adapters.storable import refuse_unstorable
from understudy.domain.errors import ConflictError
from understudy.domain.ids import TradeId
from understudy.domain.leaders import LeaderBook
from understudy.domain.replacing import replace
from understudy.domain.trades import Fill, FillKey, Trade
from understudy.ports.copying import FollowShard, Watched


def moment_of(trade: Trade) -> Moment:
    """Give what the fills of a trade have in common."""
    return (trade.symbol, trade.side, trade.time_ms)


class InMemoryLeaderStore:
    """Implements `LeaderStore` on a table in memory."""

    def __init__(self, table: CopyingTable) -> None:
        self._table = table

    def leader_book(self, venue: str, leader: str) -> LeaderBook:
        """Read a leader's book, an empty one when there is none."""
        with self._table.lock:
            return self._table.books.get((venue, leader)) or LeaderBook(venue, leader)

    def fill_owners(
        self, venue: str, leader: str, keys: Sequence[FillKey]
    ) -> Mapping[FillKey, TradeId]:
        """Say to which trade each stored fill belongs."""
        with self._table.lock:
            owners = self._table.fills[(venue, leader)]
            return {key: owners[key] for key in keys if key in owners}

    def store_trade(self, book: LeaderBook, trade: Trade, fills: Sequence[Fill]) -> LeaderBook:
        """Store a trade, its fills and the moved book, once."""
        refuse_unstorable(book)
        refuse_unstorable(trade)
        leader = (book.venue, book.leader)
        with self._table.lock:
            self._refuse_moved(book)
            self._refuse_claimed(leader, trade, fills)
            self._table.fills[leader].update((fill.key, trade.trade_id) for fill in fills)
            self._table.moments[(*leader, *moment_of(trade))] += 1
            self._table.trades[leader][trade.seq] = trade
            return self._write(book)

    def store_book(self, book: LeaderBook) -> LeaderBook:
        """Replace the book alone."""
        refuse_unstorable(book)
        with self._table.lock:
            self._refuse_moved(book)
            return self._write(book)

    def trades_since(self, venue: str, leader: str, seq: int, limit: int) -> Sequence[Trade]:
        """Read stored trades numbered above `seq`, in order."""
        with self._table.lock:
            trades = self._table.trades[(venue, leader)]
            numbers = sorted(number for number in trades if number > seq)
            return [trades[number] for number in numbers[:limit]]

    def follow_shard(self, venue: str, leader: str, shard: int) -> FollowShard:
        """Read one shard of a leader's follows."""
        with self._table.lock:
            entries = self._table.shards[(venue, leader, shard)]
            shards = shards_for(self._table.follow_counts[(venue, leader)])
            return FollowShard(tuple(entries[key] for key in sorted(entries)), shards)

    def watched(self, venue: str) -> Watched:
        """Say who is to be watched; listeners ask every second, and follows change seldom."""
        with self._table.lock:
            known = self._table.watched.get(venue)
            if known is None:
                known = self._table.watched[venue] = self._watched(venue)
            return known

    def _watched(self, venue: str) -> Watched:
        follows = self._table.follows.values()
        watched = [f for f in follows if f.venue == venue and receives_trades(f)]
        return Watched(
            leaders=Counter(follow.leader for follow in watched),
            wallets={follow.wallet_address: follow.wallet_id for follow in watched},
        )

    def _refuse_moved(self, book: LeaderBook) -> None:
        if self.leader_book(book.venue, book.leader).version != book.version:
            raise changed_since(book)

    def _refuse_claimed(self, leader: tuple[str, str], trade: Trade, fills: Sequence[Fill]) -> None:
        owners = self._table.fills[leader]
        stored_before = self._table.moments[(*leader, *moment_of(trade))]
        if stored_before != trade.n or any(fill.key in owners for fill in fills):
            raise ConflictError("a fill belongs to another trade: read the fills' owners again")
        if trade.seq in self._table.trades[leader]:
            raise changed_since(trade)

    def _write(self, book: LeaderBook) -> LeaderBook:
        stored = replace(book, version=book.version + 1)
        self._table.books[(book.venue, book.leader)] = stored
        return stored
