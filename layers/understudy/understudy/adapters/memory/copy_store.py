"""Follows and everything that changes with a copy, in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from understudy.adapters.memory.copying_table import CopyingTable
from understudy.adapters.memory.market_store import InMemoryMarketStore
from understudy.adapters.memory.switch_board import InMemorySwitchBoard
from understudy.adapters.storable import refuse_unstorable
from understudy.adapters.transaction import after_commit, records_of, refuse_impossible
from understudy.domain.errors import ConflictError
from understudy.domain.follows import Account, Budget, Follow, Switches
from understudy.domain.ids import FollowId, IntentId, WalletId
from understudy.domain.intents import Intent
from understudy.domain.lanes import Lane
from understudy.domain.leaders import LeaderAccount
from understudy.domain.ownership import SymbolOwner
from understudy.domain.receipts import Receipt
from understudy.ports.copying import Changes, FollowState, Place, Surroundings
from understudy.ports.switches import Switch

OWNED = "another follow owns the symbol: read and decide again"
_NONE_ON = Switches()
_FOLLOWED = Switches(leader_is_follower=True)


class InMemoryCopyStore:
    """Implements `CopyStore` on a table in memory."""

    def __init__(
        self, table: CopyingTable, markets: InMemoryMarketStore, switches: InMemorySwitchBoard
    ) -> None:
        self._table = table
        self._markets = markets
        self._switches = switches

    def follow_state(self, follow_id: FollowId) -> FollowState | None:
        """Read a follow with its budget and ledgers."""
        with self._table.lock:
            follow = self._table.follows.get(follow_id)
            if follow is None:
                return None
            budget = self._table.budgets.get(follow_id) or Budget(follow_id)
            return FollowState(follow, budget, dict(self._table.ledgers[follow_id]))

    def surroundings(self, places: Sequence[Place]) -> Sequence[Surroundings]:
        """Read what lies around each place, in their order."""
        with self._table.lock:
            return [self._around(each.follow, each.symbol, each.seq) for each in places]

    def commit(self, changes: Changes) -> Changes:
        """Write all or nothing; gives the records back with their new versions."""
        refuse_impossible(changes)
        with self._table.lock:
            self._table.refuse_stale(records_of(changes))
            if changes.unchanged:
                self._table.refuse_stale((changes.unchanged,))
            if changes.follow:
                self._table.refuse_deleted(changes.follow)
            self._refuse_owned(changes)
            return self._write(changes)

    def intent(self, follow_id: FollowId, intent_id: IntentId) -> Intent | None:
        """Read a pinned order."""
        with self._table.lock:
            return self._table.intents.get((follow_id, intent_id))

    def intents(self, names: Iterable[tuple[FollowId, IntentId]]) -> Sequence[Intent]:
        """Read pinned orders; those that do not exist are left out."""
        with self._table.lock:
            stored = self._table.intents
            return [stored[name] for name in dict.fromkeys(names) if name in stored]

    def receipt(self, follow_id: FollowId, seq: int) -> Receipt | None:
        """Read the receipt of a follow for the leader's trade number `seq`."""
        with self._table.lock:
            return self._table.receipts[follow_id].get(seq)

    def receipts(self, follow_id: FollowId, seqs: Iterable[int]) -> Sequence[Receipt]:
        """Read receipts of a follow; those that do not exist are left out."""
        with self._table.lock:
            stored = self._table.receipts[follow_id]
            return [stored[seq] for seq in dict.fromkeys(seqs) if seq in stored]

    def receipted(self, follow_id: FollowId, after_seq: int, to_seq: int) -> frozenset[int]:
        """Give which of the trades above `after_seq`, up to `to_seq`, have a receipt."""
        with self._table.lock:
            stored = self._table.receipts[follow_id]
            return frozenset(seq for seq in stored if after_seq < seq <= to_seq)

    def lane(self, wallet_id: WalletId) -> Lane:
        """Read a wallet's lane, an empty one when there is none."""
        with self._table.lock:
            return self._table.lanes.get(wallet_id) or Lane(wallet_id)

    def account(self, wallet_id: WalletId) -> Account | None:
        """Give the last account reading."""
        with self._table.lock:
            return self._table.accounts.get(wallet_id)

    def put_account(self, account: Account) -> None:
        """Keep a fresh account reading."""
        refuse_unstorable(account)
        with self._table.lock:
            self._table.accounts[account.wallet_id] = account

    def due_intents(self, before_ms: int, limit: int) -> Sequence[tuple[FollowId, IntentId]]:
        """List pending intents that expired at or before `before_ms`, oldest first."""
        with self._table.lock:
            due = [(at, key) for key, at in self._table.pending.items() if at <= before_ms]
        return [key for _, key in sorted(due)[:limit]]

    def estimated_orders(
        self, wallet_id: WalletId, expired_from_ms: int, expired_to_ms: int, limit: int
    ) -> Sequence[tuple[FollowId, IntentId]]:
        """List a wallet's filled orders whose fee is an estimate by their expiry, oldest first."""
        with self._table.lock:
            found = [
                (intent.expires_at_ms, key)
                for key, intent in self._table.estimated.items()
                if intent.wallet_id == wallet_id
                and expired_from_ms <= intent.expires_at_ms <= expired_to_ms
            ]
        return [key for _, key in sorted(found)[:limit]]

    def wallet_follows(self, wallet_id: WalletId) -> Sequence[FollowId]:
        """List the follows that are not deleted of a wallet."""
        with self._table.lock:
            follows = self._table.wallet_follows[wallet_id]
            return [follows[leader] for leader in sorted(follows)]

    def _around(self, follow: Follow, symbol: str, seq: int) -> Surroundings:
        wallet = follow.wallet_id
        return Surroundings(
            lane=self._table.lanes.get(wallet) or Lane(wallet),
            owner=self._table.owners.get((wallet, symbol)),
            account=self._table.accounts.get(wallet),
            leader_account=self._leader_account(follow),
            switches=self._switches_around(follow),
            market=self._markets.markets(follow.venue).get(symbol),
            marks=self._markets.marks(follow.venue),
            receipt=self._table.receipts[follow.follow_id].get(seq) if seq > 0 else None,
        )

    def _leader_account(self, follow: Follow) -> LeaderAccount | None:
        book = self._table.books.get((follow.venue, follow.leader))
        return book.account if book else None

    def _switches_around(self, follow: Follow) -> Switches:
        leader_is_follower = bool(self._table.followers[(follow.venue, follow.leader)])
        if self._switches.are_all_off:
            return _FOLLOWED if leader_is_follower else _NONE_ON
        is_on = self._switches.is_on
        return Switches(
            kill_global=is_on(Switch.KILL_GLOBAL, ""),
            kill_venue=is_on(Switch.KILL_VENUE, follow.venue),
            kill_user=is_on(Switch.KILL_USER, follow.user_id),
            copy_disabled=is_on(Switch.COPY_DISABLED, follow.user_id),
            blacklisted=is_on(Switch.BLACKLISTED, follow.leader)
            or is_on(Switch.BLACKLISTED, follow.wallet_address),
            flagged=is_on(Switch.FLAGGED, follow.user_id),
            leader_is_follower=leader_is_follower,
            authority_revoked=is_on(Switch.AUTHORITY_REVOKED, follow.agent_id),
        )

    def _refuse_owned(self, changes: Changes) -> None:
        taken, released = changes.owner_taken, changes.owner_released
        if taken is not None and not taken.may_follow(self._owner_of(taken)):
            raise ConflictError(OWNED)
        if released is not None and self._owner_of(released) not in (None, released.follow_id):
            raise ConflictError(OWNED)

    def _owner_of(self, change: SymbolOwner) -> FollowId | None:
        return self._table.owners.get((change.wallet_id, change.symbol))

    def _write(self, changes: Changes) -> Changes:
        stored = after_commit(changes)
        write = self._table.write
        for record in records_of(stored):
            write(record)
        taken, released = changes.owner_taken, changes.owner_released
        if taken:
            self._table.owners[(taken.wallet_id, taken.symbol)] = taken.follow_id
        if released:
            self._table.owners.pop((released.wallet_id, released.symbol), None)
        return stored
