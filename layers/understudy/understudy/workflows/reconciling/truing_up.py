"""Budgets brought to the venue's own record: what orders cost, forced closes, funding.

What was closed by force is given up with it.

It places nothing and guesses nothing: what the venue does not tell now is asked for by a later run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from understudy.domain.account_history import FundingPayment
from understudy.domain.errors import ConflictError, VenueUnreachableError
from understudy.domain.follows import Follow, Ledger
from understudy.domain.holding import holder_at
from understudy.domain.ids import FollowId, IntentId, WalletId
from understudy.domain.intents import Intent
from understudy.domain.true_up import after_funding, is_estimated
from understudy.messages import ENDED, ReconcileWallet
from understudy.ports.copying import Changes, FollowState
from understudy.ports.venue import Venue
from understudy.workflows.copying.views import CopyPorts
from understudy.workflows.reconciling.booking import Statement, book, fills_from, first_held

# What the venue did this long ago stands in its lists, and no clock is this far off.
SEEN_AFTER_MS = 30_000
ORDERS_AT_ONCE = 500
LOOKED_FOR_MS = 86_400_000
# A question for fills weighs as much as twenty orders, and more for every fill.
FILLS_OF_ORDERS_EVERY_MS = 300_000
FILLS_EVERY_MS = 600_000
FUNDING_EVERY_MS = 3_600_000
ASKED_AGAIN_AFTER_SECONDS = 900

Orders = Mapping[FollowId, Sequence[Intent]]


@dataclass(frozen=True, slots=True)
class _Wallet:
    """The follows of one wallet that ever traded, as a run began."""

    ports: CopyPorts
    states: Sequence[FollowState]
    now_ms: int

    @property
    def follow(self) -> Follow:
        """Give any of the follows: wallet, address and venue are the same for all."""
        return self.states[0].follow

    @property
    def venue(self) -> Venue:
        """Give the wallet's venue."""
        return self.ports.venues[self.follow.venue]

    @property
    def ledgers(self) -> list[Ledger]:
        """Give every ledger of the wallet."""
        return [ledger for state in self.states for ledger in state.ledgers.values()]


def true_up(ports: CopyPorts, states: Sequence[FollowState]) -> None:
    """Bring the follows of one wallet to the venue's figures; the venue may be silent."""
    traded = [state for state in states if state.ledgers]
    if not traded:
        return
    wallet = _Wallet(ports, traded, ports.clock.now_ms())
    for step in (_true_up_fills, _true_up_funding):
        with suppress(VenueUnreachableError):
            step(wallet)


def asks_for_fills(state: FollowState) -> bool:
    """Say whether a follow has ever held anything, so that its account's fills are asked for."""
    return any(ledger.held_since_ms for ledger in state.ledgers.values())


def true_up_deleted(ports: CopyPorts, wallet_id: WalletId) -> None:
    """Bring the last orders of a wallet's deleted follows to the venue's figures.

    Nobody else does it where no follow that is still there asks for the account's fills.
    """
    names = _names_of_estimated(ports, wallet_id)
    found = map(ports.store.follow_state, dict.fromkeys(follow_id for follow_id, _ in names))
    true_up(ports, [state for state in found if state is not None])
    if names and _names_of_estimated(ports, wallet_id):
        again = ReconcileWallet(wallet_id, ENDED)
        ports.queues.to_reconcile(again, delay_seconds=ASKED_AGAIN_AFTER_SECONDS)


def _true_up_fills(wallet: _Wallet) -> None:
    """Read the account's fills on new drift, every ten minutes, and sooner where orders wait."""
    until_ms = wallet.now_ms - SEEN_AFTER_MS
    from_ms = min(fills_from(state, until_ms) for state in wallet.states)
    is_off = any(_is_newly_off(state, until_ms) for state in wallet.states)
    if until_ms - from_ms < FILLS_OF_ORDERS_EVERY_MS and not is_off:
        return
    orders = _estimated(wallet)
    if not orders and until_ms - from_ms < FILLS_EVERY_MS and not is_off:
        return
    made_ms = (each.created_at_ms for of_follow in orders.values() for each in of_follow)
    starts_ms = [from_ms, *(at_ms - SEEN_AFTER_MS for at_ms in made_ms)]
    fills = wallet.venue.own_fills_since(wallet.follow.wallet_address, min(starts_ms))
    statement = Statement(fills, until_ms, wallet.ledgers, wallet.now_ms)
    for follow_id in dict.fromkeys((*(each.follow.follow_id for each in wallet.states), *orders)):
        book(wallet.ports.store, follow_id, orders.get(follow_id, ()), statement)


def _is_newly_off(state: FollowState, until_ms: int) -> bool:
    """Say whether a position differs from its ledger since fills were read the last time."""
    read_ms = fills_from(state, until_ms)
    return any(ledger.drift_since_ms > read_ms for ledger in state.ledgers.values())


def _estimated(wallet: _Wallet) -> Orders:
    """Give the orders of which budgets have estimates, long enough over to be in the fills."""
    names = _names_of_estimated(wallet.ports, wallet.follow.wallet_id)
    orders = defaultdict(list)
    for order in wallet.ports.store.intents(names) if names else ():
        if is_estimated(order):
            orders[order.follow_id].append(order)
    return orders


def _names_of_estimated(
    ports: CopyPorts, wallet_id: WalletId
) -> Sequence[tuple[FollowId, IntentId]]:
    now_ms = ports.clock.now_ms()
    return ports.store.estimated_orders(
        wallet_id, now_ms - LOOKED_FOR_MS, now_ms - SEEN_AFTER_MS, ORDERS_AT_ONCE
    )


def _true_up_funding(wallet: _Wallet) -> None:
    """Read what was paid at full hours, once for each hour and when its payments are to be seen."""
    settled_ms = wallet.now_ms - 2 * SEEN_AFTER_MS
    until_ms = settled_ms - settled_ms % FUNDING_EVERY_MS + SEEN_AFTER_MS
    from_ms = min(_funding_from(state, until_ms) for state in wallet.states)
    if from_ms >= until_ms:
        return
    payments = wallet.venue.funding_since(wallet.follow.wallet_address, from_ms)
    for state in wallet.states:
        _book_funding(wallet, state, payments, until_ms)


def _book_funding(
    wallet: _Wallet, state: FollowState, payments: Sequence[FundingPayment], until_ms: int
) -> None:
    """Book what the positions that this follow held were paid."""
    follow_id = state.follow.follow_id
    fresh = wallet.ports.store.follow_state(follow_id)
    if fresh is None:
        return
    from_ms = _funding_from(fresh, until_ms)
    if from_ms >= until_ms:
        return
    mine = [
        payment
        for payment in payments
        if from_ms < payment.time_ms <= until_ms
        and holder_at(payment.time_ms, payment.symbol, wallet.ledgers) == follow_id
    ]
    _commit(wallet.ports, Changes(budget=after_funding(fresh.budget, mine, until_ms)))


def _funding_from(state: FollowState, until_ms: int) -> int:
    return state.budget.funding_until_ms or first_held(state, until_ms)


def _commit(ports: CopyPorts, changes: Changes) -> None:
    with suppress(ConflictError):  # a lane or another run was first: the next run looks again
        ports.store.commit(changes)
