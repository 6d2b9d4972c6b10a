"""The store of the copy path: leaders' books, follows and their records, all-or-nothing changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from understudy.domain.follows import Account, Budget, Follow, Ledger, Marks, Switches
from understudy.domain.ids import FollowId, IntentId, TradeId, UserId, WalletId
from understudy.domain.intents import Intent
from understudy.domain.lanes import Lane
from understudy.domain.leaders import LeaderAccount, LeaderBook
from understudy.domain.markets import Market
from understudy.domain.ownership import SymbolOwner
from understudy.domain.receipts import Receipt
from understudy.domain.trades import Fill, FillKey, Trade


@dataclass(frozen=True)
class FollowState:
    """Everything of one follow that a decision reads: one consistent query."""

    follow: Follow
    budget: Budget
    ledgers: Mapping[str, Ledger]

    def ledger(self, symbol: str) -> Ledger:
        """Give the symbol's ledger, a fresh one when the follow never touched it."""
        return self.ledgers.get(symbol) or Ledger(self.follow.follow_id, symbol)


@dataclass(frozen=True, slots=True)
class Place:
    """A follow's symbol to look around, with the receipt of the trade `seq` if that is above 0."""

    follow: Follow
    symbol: str
    seq: int


@dataclass(frozen=True)
class Surroundings:
    """Everything around a place that a decision reads: one consistent batch of gets.

    `owner` is the follow, or the hand, that owns the symbol on the wallet, or None.
    """

    lane: Lane
    owner: FollowId | None
    account: Account | None
    leader_account: LeaderAccount | None
    switches: Switches
    market: Market | None
    marks: Marks
    receipt: Receipt | None = None


@dataclass(frozen=True)
class Changes:
    """What one transaction writes.

    Every record is written only while the stored version is the version that it carries (0: it
    must not exist), and is stored with the next version.

    `intent` is the order that is pinned or settled, `booked` are older ones whose fee and profit
    are known now.
    `owner_taken` needs the symbol free or an owner that it may follow; `owner_released` needs it
    free or the same owner's.
    `unchanged` is checked, not written.
    """

    follow: Follow | None = None
    unchanged: Follow | None = None
    budget: Budget | None = None
    ledger: Ledger | None = None
    lane: Lane | None = None
    intent: Intent | None = None
    booked: tuple[Intent, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    owner_taken: SymbolOwner | None = None
    owner_released: SymbolOwner | None = None


@dataclass(frozen=True, slots=True)
class FollowEntry:
    """A leader's active follow as the fan-out sees it: static facts only."""

    follow_id: FollowId
    wallet_id: WalletId
    user_id: UserId


@dataclass(frozen=True, slots=True)
class FollowShard:
    """One shard of a leader's active follows and how many shards the leader has."""

    follows: tuple[FollowEntry, ...]
    shards: int


@dataclass(frozen=True, slots=True)
class Watched:
    """Leaders with the number of their follows, and followers' wallets by their address."""

    leaders: Mapping[str, int]
    wallets: Mapping[str, WalletId]


class LeaderStore(Protocol):
    """Leaders' books, trades and fills."""

    def leader_book(self, venue: str, leader: str) -> LeaderBook:
        """Read a leader's book, an empty one (version 0) when there is none."""
        ...

    def fill_owners(
        self, venue: str, leader: str, keys: Sequence[FillKey]
    ) -> Mapping[FillKey, TradeId]:
        """Say to which trade each stored fill belongs; fills that are not stored are left out."""
        ...

    def store_trade(self, book: LeaderBook, trade: Trade, fills: Sequence[Fill]) -> LeaderBook:
        """Store a trade, its fills and the moved book, once; `book` carries the version read.

        Raises ConflictError when the book moved, when a fill belongs to another trade, or when
        `trade.n` is not the number of trades already stored of that symbol, side and time.
        """
        ...

    def store_book(self, book: LeaderBook) -> LeaderBook:
        """Replace the book alone (snapshot, account); raises ConflictError when it moved."""
        ...

    def trades_since(self, venue: str, leader: str, seq: int, limit: int) -> Sequence[Trade]:
        """Read stored trades numbered above `seq`, in order."""
        ...

    def follow_shard(self, venue: str, leader: str, shard: int) -> FollowShard:
        """Read one shard of a leader's active follows."""
        ...

    def watched(self, venue: str) -> Watched:
        """Say who is to be watched: whoever has to do with a follow that receives trades."""
        ...


class CopyStore(Protocol):
    """Follows and everything that changes with a copy."""

    def follow_state(self, follow_id: FollowId) -> FollowState | None:
        """Read a follow with its budget and ledgers; None when there is no such follow."""
        ...

    def surroundings(self, places: Sequence[Place]) -> Sequence[Surroundings]:
        """Read what lies around each place, in their order; what they share is read once."""
        ...

    def commit(self, changes: Changes) -> Changes:
        """Write all or nothing; gives the records back with their new versions.

        Raises ConflictError when any condition fails: read and decide again.
        """
        ...

    def intent(self, follow_id: FollowId, intent_id: IntentId) -> Intent | None:
        """Read a pinned order."""
        ...

    def intents(self, names: Iterable[tuple[FollowId, IntentId]]) -> Sequence[Intent]:
        """Read pinned orders, in any order; those that do not exist are left out."""
        ...

    def receipt(self, follow_id: FollowId, seq: int) -> Receipt | None:
        """Read the receipt of a follow for the leader's trade number `seq`."""
        ...

    def receipts(self, follow_id: FollowId, seqs: Iterable[int]) -> Sequence[Receipt]:
        """Read receipts of a follow, in any order; those that do not exist are left out."""
        ...

    def receipted(self, follow_id: FollowId, after_seq: int, to_seq: int) -> frozenset[int]:
        """Give which of the trades above `after_seq`, up to `to_seq`, have a receipt."""
        ...

    def lane(self, wallet_id: WalletId) -> Lane:
        """Read a wallet's lane, an empty one (version 0) when there is none."""
        ...

    def account(self, wallet_id: WalletId) -> Account | None:
        """Give the last account reading; None when there was none."""
        ...

    def put_account(self, account: Account) -> None:
        """Keep a fresh account reading for the decisions of the next seconds."""
        ...

    def due_intents(self, before_ms: int, limit: int) -> Sequence[tuple[FollowId, IntentId]]:
        """List pending intents that expired at or before `before_ms`, oldest first."""
        ...

    def estimated_orders(
        self, wallet_id: WalletId, expired_from_ms: int, expired_to_ms: int, limit: int
    ) -> Sequence[tuple[FollowId, IntentId]]:
        """List a wallet's filled orders whose fee is an estimate by their expiry, oldest first."""
        ...

    def wallet_follows(self, wallet_id: WalletId) -> Sequence[FollowId]:
        """List the follows that are not deleted of a wallet."""
        ...


class MarketStore(Protocol):
    """Markets and marks: written by the listener's role, read by decisions and by the signer."""

    def markets(self, venue: str) -> Mapping[str, Market]:
        """Give every market by symbol."""
        ...

    def marks(self, venue: str) -> Marks:
        """Give the newest mark of every symbol that has one."""
        ...

    def put_markets(self, venue: str, markets: Sequence[Market]) -> None:
        """Replace what is known of these markets."""
        ...

    def put_marks(self, venue: str, marks: Marks) -> None:
        """Merge newer marks in; an older mark never replaces a newer one of its symbol."""
        ...
