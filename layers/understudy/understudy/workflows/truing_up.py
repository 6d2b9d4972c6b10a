"""Budgets brought to the venue's own record: what orders cost, forced closes, funding.

It places nothing and guesses nothing: what the venue does not tell now is asked for by a later run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from understudy.domain.account_history import FundingPayment, OwnFill
from understudy.domain.errors import ConflictError, VenueUnreachableError
from understudy.domain.follows import Follow, Ledger
from understudy.domain.holding import holder_at
from understudy.domain.intents import Intent
from understudy.domain.receipting import with_intent
from understudy.domain.true_up import (
    after_funding,
    after_liquidations,
    is_estimated,
    with_venue_figures,
)
from understudy.ports.copying import Changes, FollowState
from understudy.ports.venue import Venue
from understudy.workflows.views import CopyPorts

# What the venue did this long ago stands in its lists, and no clock is this far off.
SEEN_AFTER_MS = 30_000
ORDERS_AT_ONCE = 100
LOOKED_FOR_MS = 86_400_000
FILLS_EVERY_MS = 600_000
DRIFT_IS_NEWS_MS = 180_000
FUNDING_EVERY_MS = 3_600_000


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
    def ledgers(self) -> Iterable[Ledger]:
        """Give every ledger of the wallet."""
        return (ledger for state in self.states for ledger in state.ledgers.values())


def true_up(ports: CopyPorts, states: Sequence[FollowState]) -> None:
    """Bring the follows of one wallet to the venue's figures; the venue may be silent."""
    traded = [state for state in states if state.ledgers]
    if not traded:
        return
    wallet = _Wallet(ports, traded, ports.clock.now_ms())
    for step in (_true_up_fills, _true_up_funding):
        with suppress(VenueUnreachableError):
            step(wallet)


def _true_up_fills(wallet: _Wallet) -> None:
    """Read the account's fills when an order waits for them, on new drift, and now and then."""
    orders, until_ms = _estimated(wallet), wallet.now_ms - SEEN_AFTER_MS
    from_ms = min(_fills_from(state, until_ms) for state in wallet.states)
    is_due = until_ms - from_ms >= FILLS_EVERY_MS
    if not (orders or is_due or _is_off(wallet)):
        return
    starts_ms = [from_ms, *(order.created_at_ms - SEEN_AFTER_MS for order in orders)]
    fills = wallet.venue.own_fills_since(wallet.follow.wallet_address, min(starts_ms))
    by_order = defaultdict(list)
    for own in fills:
        by_order[own.client_order_id].append(own)
    for order in orders:
        _book_order(wallet.ports, order, by_order[order.client_order_id])
    for state in wallet.states:
        _book_liquidations(wallet, state, fills, until_ms)


def _estimated(wallet: _Wallet) -> list[Intent]:
    """Give the orders of which the budget has estimates, long enough over to be in the fills."""
    store, now_ms = wallet.ports.store, wallet.now_ms
    found = store.estimated_orders(
        wallet.follow.wallet_id, now_ms - LOOKED_FOR_MS, now_ms - SEEN_AFTER_MS, ORDERS_AT_ONCE
    )
    orders = [store.intent(*name) for name in found]
    return [order for order in orders if order is not None and is_estimated(order)]


def _is_off(wallet: _Wallet) -> bool:
    """Say whether a position differs from its ledger and whether that is news."""
    since = [ledger.drift_since_ms for ledger in wallet.ledgers if ledger.drift_since_ms]
    return any(wallet.now_ms - at_ms < DRIFT_IS_NEWS_MS for at_ms in since)


def _book_order(ports: CopyPorts, order: Intent, fills: Sequence[OwnFill]) -> None:
    """Book one order's own figures; whoever moved its records meanwhile goes first."""
    state = ports.store.follow_state(order.follow_id)
    trued_up = None if state is None else with_venue_figures(order, state.budget, fills)
    if state is None or trued_up is None:
        return
    intent, budget = trued_up
    receipt = ports.store.receipt(order.follow_id, order.seq)
    _commit(
        ports,
        Changes(
            budget=budget if budget != state.budget else None,
            intent=intent,
            receipts=() if receipt is None else (with_intent(receipt, intent),),
        ),
    )


def _book_liquidations(
    wallet: _Wallet, state: FollowState, fills: Sequence[OwnFill], until_ms: int
) -> None:
    """Book what the venue closed by force of the positions that this follow held."""
    fresh = wallet.ports.store.follow_state(state.follow.follow_id)
    if fresh is None:
        return
    from_ms = _fills_from(fresh, until_ms)
    mine = [
        own
        for own in fills
        if from_ms < own.fill.time_ms <= until_ms and _is_liquidation_of(own, fresh.follow, wallet)
    ]
    if mine or until_ms - from_ms >= FILLS_EVERY_MS:
        budget = after_liquidations(fresh.budget, mine, until_ms)
        _commit(wallet.ports, Changes(budget=budget))


def _is_liquidation_of(own: OwnFill, follow: Follow, wallet: _Wallet) -> bool:
    fill = own.fill
    if fill.liquidated_user != follow.wallet_address:
        return False
    return holder_at(fill.time_ms, fill.symbol, wallet.ledgers) == follow.follow_id


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


def _fills_from(state: FollowState, until_ms: int) -> int:
    return state.budget.fills_until_ms or _first_held(state, until_ms)


def _funding_from(state: FollowState, until_ms: int) -> int:
    return state.budget.funding_until_ms or _first_held(state, until_ms)


def _first_held(state: FollowState, until_ms: int) -> int:
    """Give the time before a follow's first position; what the wallet did earlier is not its."""
    opened_ms = (each.held_since_ms for each in state.ledgers.values() if each.held_since_ms)
    return min(opened_ms, default=until_ms + 1) - 1


def _commit(ports: CopyPorts, changes: Changes) -> None:
    with suppress(ConflictError):  # a lane or another run was first: the next run looks again
        ports.store.commit(changes)
