"""A follow's budget brought to what the venue's fills say: its orders and its forced closes.

Many orders are booked at once, since every change of the budget makes the follow's lane read again.
Forced closes go symbol by symbol, each with its ledger: any number may come at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from understudy.domain.account_history import OwnFill
from understudy.domain.errors import ConflictError
from understudy.domain.follows import Budget, Ledger
from understudy.domain.holding import holder_at
from understudy.domain.ids import FollowId
from understudy.domain.intents import Intent
from understudy.domain.money import ZERO
from understudy.domain.ownership import SymbolOwner
from understudy.domain.reasons import Reason
from understudy.domain.receipting import expired_entry, finished_receipt, with_intent
from understudy.domain.receipts import Receipt
from understudy.domain.replacing import replace
from understudy.domain.true_up import after_liquidations, wants_less, with_venue_figures
from understudy.ports.copying import Changes, CopyStore, FollowState, Place

# Each is an item of the transaction, and so is its receipt; it holds a hundred.
ORDERS_PER_TRANSACTION = 40
TRIES = 3
# What the venue has not listed of an order by then, it does not list soon.
LISTED_WITHIN_MS = 300_000

_FilledOrders = Sequence[tuple[Intent, Sequence[OwnFill]]]


@dataclass(frozen=True, slots=True)
class Statement:
    """The fills of an account up to a time, all that are needed, and what its follows held.

    `orders` are those of which fills may have moved a ledger since the first forced close.
    """

    fills: Sequence[OwnFill]
    until_ms: int
    ledgers: Sequence[Ledger]
    read_at_ms: int
    orders: Sequence[Intent] = ()

    def by_order(self) -> Mapping[str, Sequence[OwnFill]]:
        """Give the fills by the client id of their order."""
        found = defaultdict(list)
        for own in self.fills:
            found[own.client_order_id].append(own)
        return found

    def ordered_by(self, ledger: Ledger) -> Sequence[OwnFill]:
        """Give the fills of a ledger's orders; owners' own may have client ids too."""
        ours = {order.client_order_id for order in self._orders_of(ledger)}
        return [own for own in self.fills if own.client_order_id in ours]

    def lacks(self, ledger: Ledger) -> bool:
        """Say whether a ledger has moved by what is not in the fills, or may have."""
        place = (ledger.follow_id, ledger.symbol)
        known = {(each.follow_id, each.symbol): each.held for each in self.ledgers}
        return known.get(place) != ledger.held or any(
            map(self._is_unlisted, self._orders_of(ledger))
        )

    def liquidations_of(self, state: FollowState) -> Mapping[str, Sequence[OwnFill]]:
        """Give what the venue closed by force of a follow's and is not booked yet, by symbol."""
        others = [each for each in self.ledgers if each.follow_id != state.follow.follow_id]
        ledgers, found = [*others, *state.ledgers.values()], defaultdict(list)
        for own in self._by_force(state):
            holder = holder_at(own.fill.time_ms, own.fill.symbol, ledgers)
            if holder == state.follow.follow_id:
                found[own.fill.symbol].append(own)
        return found

    def is_early_for(self, state: FollowState) -> bool:
        """Say whether a forced close waits for an order that is under way, or for its fills."""
        forced = self._by_force(state)
        waits = any(state.ledger(own.fill.symbol).pending for own in forced)
        return waits or bool(self.liquidations_of(state))

    def _orders_of(self, ledger: Ledger) -> Iterator[Intent]:
        place = (ledger.follow_id, ledger.symbol)
        return (each for each in self.orders if (each.follow_id, each.symbol) == place)

    def _is_unlisted(self, order: Intent) -> bool:
        fills = (own.fill for own in self.fills if own.client_order_id == order.client_order_id)
        is_late = order.expires_at_ms < self.read_at_ms - LISTED_WITHIN_MS
        return not is_late and sum((fill.size for fill in fills), ZERO) != order.filled_size

    def _by_force(self, state: FollowState) -> Iterator[OwnFill]:
        """Give what the venue closed by force on the account and is not booked for a follow."""
        from_ms = fills_from(state, self.until_ms)
        for own in self.fills:
            fill = own.fill
            if fill.liquidated_user != state.follow.wallet_address:
                continue
            since_ms = max(from_ms, state.ledger(fill.symbol).forced_until_ms)
            if since_ms < fill.time_ms <= self.until_ms:
                yield own


def book(
    store: CopyStore, follow_id: FollowId, orders: Sequence[Intent], statement: Statement
) -> None:
    """Book a follow's own figures, without orders its forced closes alone.

    A lane that moves the budget meanwhile goes first; what is left waits for a later statement.
    """
    fills = statement.by_order()
    for first in range(0, len(orders) or 1, ORDERS_PER_TRANSACTION):
        chunk = orders[first : first + ORDERS_PER_TRANSACTION]
        filled = [(order, fills.get(order.client_order_id, ())) for order in chunk]
        if not _is_booked(store, follow_id, filled, statement):
            return


def fills_from(state: FollowState, until_ms: int) -> int:
    """Give the time up to which the account's fills are in the budget."""
    return state.budget.fills_until_ms or first_held(state, until_ms)


def first_held(state: FollowState, until_ms: int) -> int:
    """Give the time before a follow's first position; what the wallet did earlier is not its."""
    opened_ms = (each.held_since_ms for each in state.ledgers.values() if each.held_since_ms)
    return min(opened_ms, default=until_ms + 1) - 1


def _is_booked(
    store: CopyStore, follow_id: FollowId, orders: _FilledOrders, statement: Statement
) -> bool:
    for _ in range(TRIES):
        state = store.follow_state(follow_id)
        if state is None:
            return False
        with suppress(ConflictError):
            _book_once(store, state, orders, statement)
            return True
    return False


def _book_once(
    store: CopyStore, state: FollowState, orders: _FilledOrders, statement: Statement
) -> None:
    state = _after_liquidations(store, state, statement)
    budget, booked = _read_so_far(state, statement), []
    unbooked = statement.liquidations_of(state)
    for order, fills in orders:
        if order.symbol in unbooked:
            continue  # it stays among the orders that say what was held
        trued_up = with_venue_figures(order, budget, fills)
        if trued_up is not None:
            intent, budget = trued_up
            booked.append(intent)
    if not booked and budget == state.budget:
        return
    store.commit(
        Changes(
            budget=budget if budget != state.budget else None,
            booked=tuple(booked),
            receipts=_receipts_with(store, state.follow.follow_id, booked),
        )
    )


def _after_liquidations(store: CopyStore, state: FollowState, statement: Statement) -> FollowState:
    """Book forced closes and give the follow as it is stored then.

    While an order of a symbol is under way, or its fills are not listed, nobody knows what was
    held: a later statement has it.
    """
    for symbol, fills in statement.liquidations_of(state).items():
        ledger = state.ledgers.get(symbol)
        if ledger is None or ledger.pending or statement.lacks(ledger):
            continue
        stored = store.commit(_forced_closes(store, state, ledger, fills, statement))
        state = replace(
            state,
            budget=stored.budget or state.budget,
            ledgers={**state.ledgers, symbol: stored.ledger or ledger},
        )
    return state


def _forced_closes(
    store: CopyStore,
    state: FollowState,
    before: Ledger,
    fills: Sequence[OwnFill],
    statement: Statement,
) -> Changes:
    """Write a symbol's forced closes; what holds nothing then gives the symbol back."""
    follow, symbol = state.follow, before.symbol
    until_ms, now_ms = statement.until_ms, statement.read_at_ms
    ordered = statement.ordered_by(before)
    after, budget = after_liquidations(
        before, state.budget, fills, ordered, until_ms=until_ms, now_ms=now_ms
    )
    [around] = store.surroundings([Place(follow, symbol, before.last_seq)])
    mine = SymbolOwner(follow.wallet_id, symbol, follow.follow_id)
    is_over = around.owner == follow.follow_id and not after.needs_symbol
    return Changes(
        ledger=after,
        budget=budget,
        receipts=_done_by_force(around.receipt, before, after),
        owner_released=mine if is_over else None,
    )


def _done_by_force(receipt: Receipt | None, before: Ledger, after: Ledger) -> tuple[Receipt, ...]:
    """Finish the receipt of an exit with nothing left to close, or of what is not carried on."""
    if receipt is None:
        return ()
    finished = None
    if wants_less(before) and not wants_less(after) and after.waiting is None:
        finished = finished_receipt(receipt, after, Reason.NOTHING_TO_CLOSE)
    elif before.carried_since_ms and not after.carried_since_ms:
        finished = expired_entry(receipt, after)
    return (finished,) if finished else ()


def _read_so_far(state: FollowState, statement: Statement) -> Budget:
    """Move the budget's clock on, unless a forced close waits for an order that is under way."""
    from_ms = fills_from(state, statement.until_ms)
    if from_ms >= statement.until_ms or statement.is_early_for(state):
        return state.budget
    return replace(state.budget, fills_until_ms=statement.until_ms)


def _receipts_with(
    store: CopyStore, follow_id: FollowId, booked: Sequence[Intent]
) -> tuple[Receipt, ...]:
    """Write the orders into their receipts; several orders may be of one trade."""
    if not booked:
        return ()
    found = store.receipts(follow_id, [intent.seq for intent in booked])
    receipts = {receipt.seq: receipt for receipt in found}
    for intent in booked:
        if intent.seq in receipts:
            receipts[intent.seq] = with_intent(receipts[intent.seq], intent)
    return tuple(receipts.values())
