"""The copying table in memory: every record under its key, replaced only under its version."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, MutableMapping
from threading import RLock
from typing import Any

from understudy.adapters.following import entry_of, receives_trades
from understudy.adapters.transaction import Record
from understudy.domain.errors import ConflictError
from understudy.domain.follows import Account, Budget, Follow, FollowStatus, Ledger
from understudy.domain.ids import FollowId, IntentId, TradeId, WalletId
from understudy.domain.intents import Intent, IntentState
from understudy.domain.lanes import Lane
from understudy.domain.leaders import LeaderBook
from understudy.domain.receipts import Receipt
from understudy.domain.trades import FillKey, Side, Trade
from understudy.domain.true_up import is_estimated
from understudy.ports.changes import Record as Streamed
from understudy.ports.copying import FollowEntry, Watched

Leader = tuple[str, str]
Moment = tuple[str, Side, int]
Replaced = tuple[Streamed | None, Streamed]
_Slot = tuple[MutableMapping[Any, Any], Any]


class CopyingTable:
    """Holds the records of the copy path; every access takes `lock`."""

    def __init__(self) -> None:
        self.lock = RLock()
        self.follows: dict[FollowId, Follow] = {}
        self.budgets: dict[FollowId, Budget] = {}
        self.ledgers: dict[FollowId, dict[str, Ledger]] = defaultdict(dict)
        self.receipts: dict[FollowId, dict[int, Receipt]] = defaultdict(dict)
        self.intents: dict[tuple[FollowId, IntentId], Intent] = {}
        self.pending: dict[tuple[FollowId, IntentId], int] = {}
        self.estimated: dict[tuple[FollowId, IntentId], Intent] = {}
        self.lanes: dict[WalletId, Lane] = {}
        self.owners: dict[tuple[WalletId, str], FollowId] = {}
        self.accounts: dict[WalletId, Account] = {}
        self.wallet_follows: dict[WalletId, dict[Leader, FollowId]] = defaultdict(dict)
        self.followers: dict[Leader, set[FollowId]] = defaultdict(set)
        self.books: dict[Leader, LeaderBook] = {}
        self.trades: dict[Leader, dict[int, Trade]] = defaultdict(dict)
        self.fills: dict[Leader, dict[FillKey, TradeId]] = defaultdict(dict)
        self.moments: dict[tuple[str, str, str, Side, int], int] = defaultdict(int)
        self.shards: dict[tuple[str, str, int], dict[FollowId, FollowEntry]] = defaultdict(dict)
        self.watched: dict[str, Watched] = {}
        self.follow_counts: dict[Leader, int] = defaultdict(int)
        self.stream: deque[Replaced] = deque()

    def drain_stream(self) -> list[Replaced]:
        """Take the (old, new) pairs of records that change, as a stream gives them."""
        with self.lock:
            drained = list(self.stream)
            self.stream.clear()
        return drained

    def refuse_stale(self, records: Iterable[Record]) -> None:
        """Raise ConflictError unless each record carries the stored version."""
        for record in records:
            slot, key = _SLOTS[type(record)](self, record)
            stored = slot.get(key)
            if record.version != (stored.version if stored else 0):
                raise changed_since(record)

    def refuse_deleted(self, follow: Follow) -> None:
        """Raise ConflictError for a change of a follow that is deleted: it stays as it is."""
        stored = self.follows.get(follow.follow_id)
        if stored and stored.status is FollowStatus.DELETED:
            raise changed_since(follow)

    def write(self, stored: Record) -> None:
        """Store a record that has its next version, and keep what is derived from it in step."""
        slot, key = _SLOTS[type(stored)](self, stored)
        old = slot.get(key)
        slot[key] = stored
        if isinstance(stored, (Follow, Ledger, Receipt, Intent)):
            self.stream.append((old, stored))
        if isinstance(stored, Follow):
            self._follow_changed(stored)
        elif isinstance(stored, Intent):
            self._intent_changed(stored)

    def _follow_changed(self, follow: Follow) -> None:
        leader = (follow.venue, follow.leader)
        self.watched.pop(follow.venue, None)
        entries = self.shards[(*leader, follow.shard)]
        followers = self.followers[(follow.venue, follow.wallet_address)]
        if receives_trades(follow):
            entries[follow.follow_id] = entry_of(follow)
            followers.add(follow.follow_id)
        else:
            entries.pop(follow.follow_id, None)
            followers.discard(follow.follow_id)
        if follow.status is FollowStatus.DELETED:
            self.wallet_follows[follow.wallet_id].pop(leader, None)
        else:
            self.wallet_follows[follow.wallet_id][leader] = follow.follow_id

    def _intent_changed(self, intent: Intent) -> None:
        key = (intent.follow_id, intent.intent_id)
        if intent.state is IntentState.PENDING:
            self.pending[key] = intent.expires_at_ms
        else:
            self.pending.pop(key, None)
        if is_estimated(intent):
            self.estimated[key] = intent
        else:
            self.estimated.pop(key, None)


def changed_since(record: object) -> ConflictError:
    """Say that a record is not what was read."""
    name = type(record).__name__
    return ConflictError(
        f"the {name} changed since it was read: read and decide again", record=name
    )


_SLOTS: dict[type, Callable[[CopyingTable, Any], _Slot]] = {
    Follow: lambda table, follow: (table.follows, follow.follow_id),
    Budget: lambda table, budget: (table.budgets, budget.follow_id),
    Ledger: lambda table, ledger: (table.ledgers[ledger.follow_id], ledger.symbol),
    Receipt: lambda table, receipt: (table.receipts[receipt.follow_id], receipt.seq),
    Intent: lambda table, intent: (table.intents, (intent.follow_id, intent.intent_id)),
    Lane: lambda table, lane: (table.lanes, lane.wallet_id),
}
