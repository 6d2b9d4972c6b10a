"""A follow's budget brought to what the venue's fills say: its orders and its forced closes.

Many orders are booked at once, since every change of the budget makes the follow's lane read again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from understudy.domain.account_history import OwnFill
from understudy.domain.errors import ConflictError
from understudy.domain.follows import Budget, Follow, Ledger
from understudy.domain.holding import holder_at
from understudy.domain.ids import FollowId
from understudy.domain.intents import Intent
from understudy.domain.receipting import with_intent
from understudy.domain.receipts import Receipt
from understudy.domain.true_up import after_liquidations, with_venue_figures
from understudy.ports.copying import Changes, CopyStore, FollowState

# Each is an item of the transaction, and so is its receipt; it holds a hundred.
ORDERS_PER_TRANSACTION = 40
TRIES = 3

_FilledOrders = Sequence[tuple[Intent, Sequence[OwnFill]]]


@dataclass(frozen=True, slots=True)
class Statement:
    """The fills of an account up to a time, all that are needed, and what its follows held."""

    fills: Sequence[OwnFill]
    until_ms: int
    ledgers: Sequence[Ledger]

    def by_order(self) -> Mapping[str, Sequence[OwnFill]]:
        """Give the fills by the client id of their order."""
        found = defaultdict(list)
        for own in self.fills:
            found[own.client_order_id].append(own)
        return found

    def liquidations_of(self, follow: Follow, from_ms: int) -> list[OwnFill]:
        """Give what the venue closed by force, after a time, of positions that a follow held."""
        return [
            own
            for own in self.fills
            if from_ms < own.fill.time_ms <= self.until_ms
            and own.fill.liquidated_user == follow.wallet_address
            and holder_at(own.fill.time_ms, own.fill.symbol, self.ledgers) == follow.follow_id
        ]


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
    budget, booked = _with_liquidations(state, statement), []
    for order, fills in orders:
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


def _with_liquidations(state: FollowState, statement: Statement) -> Budget:
    from_ms = fills_from(state, statement.until_ms)
    if from_ms >= statement.until_ms:
        return state.budget
    forced = statement.liquidations_of(state.follow, from_ms)
    return after_liquidations(state.budget, forced, statement.until_ms)


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
