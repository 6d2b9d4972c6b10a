"""A store that looks at every order in the moment it is pinned, and notes what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulation.spending import ROUNDED, overspent
from understudy.adapters.memory.copy_store import InMemoryCopyStore
from understudy.domain.follows import FollowStatus
from understudy.domain.intents import IntentKind
from understudy.domain.money import ZERO
from understudy.ports.switches import Switch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from understudy.adapters.memory.copying_table import CopyingTable
    from understudy.adapters.memory.market_store import InMemoryMarketStore
    from understudy.adapters.memory.switch_board import InMemorySwitchBoard
    from understudy.domain.follows import Follow, Ledger
    from understudy.domain.intents import Intent
    from understudy.ports.copying import Changes


class WatchedStore(InMemoryCopyStore):
    """Refuses nothing more than the store below it; `wrong` says what should not have been."""

    def __init__(
        self, table: CopyingTable, markets: InMemoryMarketStore, switches: InMemorySwitchBoard
    ) -> None:
        super().__init__(table, markets, switches)
        self.watched, self.board = table, switches
        self.wrong: list[str] = []

    def commit(self, changes: Changes) -> Changes:
        """Commit, and look at an order that was pinned with it."""
        intent = changes.intent
        if intent is None or self.intent(intent.follow_id, intent.intent_id) is not None:
            return super().commit(changes)  # it was pinned, and looked at, before
        before = self.watched.ledgers[intent.follow_id].get(intent.symbol)
        committed = super().commit(changes)
        if intent.kind is IntentKind.ENTRY:
            self.wrong += [
                f"entry {intent.intent_id}: {what}" for what in self._at_entry(intent, before)
            ]
            self.wrong += overspent(self.watched, committed)
            self.wrong += self._overleveraged(committed)
        elif intent.kind is IntentKind.EXIT and before is not None:
            self.wrong += [f"exit {intent.intent_id}: {what}" for what in _at_exit(intent, before)]
        return committed

    def _at_entry(self, intent: Intent, before: Ledger | None) -> Iterator[str]:
        follow = self.watched.follows[intent.follow_id]
        ledgers = self.watched.ledgers[intent.follow_id]
        if follow.status is not FollowStatus.ACTIVE:
            yield f"the follow is {follow.status}"
        if self.watched.owners.get((follow.wallet_id, intent.symbol)) != follow.follow_id:
            yield "the symbol is another's"
        for switch, subject in (
            (Switch.KILL_GLOBAL, ""),
            (Switch.KILL_USER, follow.user_id),
            (Switch.COPY_DISABLED, follow.user_id),
            (Switch.AUTHORITY_REVOKED, follow.agent_id),
        ):
            if self.board.is_on(switch, subject):
                yield f"{switch} is on"
        yield from _beyond_limits(follow, ledgers[intent.symbol])
        is_open = [ledger for ledger in ledgers.values() if not ledger.is_flat]
        is_new = before is None or before.is_flat
        if is_new and len(is_open) > follow.limits.max_open_positions:
            yield f"{len(is_open)} positions, at most {follow.limits.max_open_positions}"

    def _overleveraged(self, committed: Changes) -> Iterator[str]:
        """Sum what is held and under way against the equity that the receipt says."""
        (receipt,) = committed.receipts
        follow = self.watched.follows[receipt.follow_id]
        ledgers = self.watched.ledgers[receipt.follow_id].values()
        notional = sum((each.committed_notional for each in ledgers), ZERO)
        most = receipt.numbers["own_equity"] * follow.limits.max_total_leverage
        if notional > most + ROUNDED:
            yield f"entry of {receipt.copy_id}: {notional} of notional in all, at most {most}"


def _beyond_limits(follow: Follow, ledger: Ledger) -> Iterator[str]:
    limits, margin = follow.limits, ledger.committed_margin
    if margin > limits.symbol_cap_usdc:
        yield f"{margin} of margin on one symbol, at most {limits.symbol_cap_usdc}"
    if limits.max_position_usdc is not None and margin > limits.max_position_usdc:
        yield f"{margin} of margin in one position, at most {limits.max_position_usdc}"


def _at_exit(intent: Intent, before: Ledger) -> Iterator[str]:
    if not intent.reduce_only:
        yield "it may open a position"
    there_may_be = before.held or before.pending_entry_size
    if there_may_be * intent.side.sign > 0:
        yield "it goes the way of the position"
