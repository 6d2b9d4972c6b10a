"""Budgets brought to the venue's own record: what orders cost, forced closes, funding.

What was closed by force is given up with it.

It places nothing and guesses nothing: what the venue does not tell now is asked for by a later run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType

from understudy.domain.account_history import FundingPayment, OwnFill
from understudy.domain.errors import ConflictError, VenueUnreachableError
from understudy.domain.follows import Follow, FollowStatus, Ledger
from understudy.domain.holding import holder_at
from understudy.domain.ids import FollowId, IntentId, WalletId
from understudy.domain.intents import Intent
from understudy.domain.replacing import replace
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
    """The follows of one wallet that ever traded, as a run began, and when which were over."""

    ports: CopyPorts
    states: Sequence[FollowState]
    now_ms: int
    ended_ms: Mapping[FollowId, int]

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

    def until(self, state: FollowState, until_ms: int) -> int:
        """Give until when what befalls the account is a follow's: of one that is over, its end.

        What is deleted and not asked for here has had its last look, or will have it.
        """
        if state.follow.status is not FollowStatus.DELETED:
            return until_ms
        return min(until_ms, self.ended_ms.get(state.follow.follow_id, 0))


def true_up(
    ports: CopyPorts,
    states: Sequence[FollowState],
    ended_ms: Mapping[FollowId, int] = MappingProxyType({}),
) -> None:
    """Bring the follows of one wallet to the venue's figures; the venue may be silent.

    Follows that are over are only asked for what befell them until `ended_ms`.
    """
    traded = [state for state in states if state.ledgers]
    if not traded:
        return
    wallet = _Wallet(ports, traded, ports.clock.now_ms(), ended_ms)
    for step in (_true_up_fills, _true_up_funding):
        with suppress(VenueUnreachableError):
            step(wallet)


def true_up_ended(ports: CopyPorts, command: ReconcileWallet, known: Sequence[FollowState]) -> None:
    """Bring a follow that is over, and a wallet's last orders, to the venue's figures.

    Nobody else does it: the sweep does not see what is deleted.
    """
    ended_ms = {command.ended: command.ended_at_ms} if command.ended else {}
    with_orders = _gone_with_orders(ports, command, known)
    gone = {*ended_ms, *with_orders} - {state.follow.follow_id for state in known}
    found = map(ports.store.follow_state, sorted(gone))
    true_up(ports, [*known, *(state for state in found if state is not None)], ended_ms)
    has_orders = bool(with_orders and _gone_with_orders(ports, command, known))
    if has_orders or _is_owed(ports, command):
        look_again(ports, replace(command, cause=ENDED))


def look_again(ports: CopyPorts, command: ReconcileWallet) -> None:
    """Have a last look that came too early repeated; a sweep repeats itself."""
    if command.cause == ENDED:
        ports.queues.to_reconcile(command, delay_seconds=ASKED_AGAIN_AFTER_SECONDS)


def _gone_with_orders(
    ports: CopyPorts, command: ReconcileWallet, known: Sequence[FollowState]
) -> set[FollowId]:
    """Give the follows with estimated orders that no sweep takes care of."""
    names = _names_of_estimated(ports, command.wallet_id)
    return {follow_id for follow_id, _ in names} - {state.follow.follow_id for state in known}


def _is_owed(ports: CopyPorts, command: ReconcileWallet) -> bool:
    """Say whether what befell a follow before its end is still to be read, for a day at most."""
    ended_ms = command.ended_at_ms
    if command.ended is None or ports.clock.now_ms() - ended_ms > LOOKED_FOR_MS:
        return False
    state = ports.store.follow_state(command.ended)
    if state is None:
        return False
    last_hour_ms = ended_ms - ended_ms % FUNDING_EVERY_MS
    return fills_from(state, ended_ms) < ended_ms or _funding_from(state, ended_ms) < last_hour_ms


def _true_up_fills(wallet: _Wallet) -> None:
    """Read the account's fills on new drift, every ten minutes, and sooner where orders wait."""
    until_ms = wallet.now_ms - SEEN_AFTER_MS
    from_ms = min(_starts(wallet, until_ms, fills_from), default=until_ms)
    is_off = any(_is_newly_off(state, until_ms) for state in wallet.states)
    if until_ms - from_ms < FILLS_OF_ORDERS_EVERY_MS and not is_off:
        return
    orders = _estimated(wallet)
    at_once = orders or is_off or wallet.ended_ms
    if until_ms - from_ms < FILLS_EVERY_MS and not at_once:
        return
    made_ms = (each.created_at_ms for of_follow in orders.values() for each in of_follow)
    starts_ms = [from_ms, *(at_ms - SEEN_AFTER_MS for at_ms in made_ms)]
    fills = wallet.venue.own_fills_since(wallet.follow.wallet_address, min(starts_ms))
    moving = _since_forced(wallet, fills)
    statement = Statement(fills, until_ms, wallet.ledgers, wallet.now_ms, moving)
    ends_ms = {each.follow.follow_id: wallet.until(each, until_ms) for each in wallet.states}
    for follow_id in dict.fromkeys((*ends_ms, *orders)):
        own = replace(statement, until_ms=ends_ms.get(follow_id, 0))
        book(wallet.ports.store, follow_id, orders.get(follow_id, ()), own)


def _starts(
    wallet: _Wallet, until_ms: int, read: Callable[[FollowState, int], int]
) -> Sequence[int]:
    """Give the times up to which the follows that lack something have `read` the account."""
    return [
        start_ms
        for state in wallet.states
        if (start_ms := read(state, until_ms)) < wallet.until(state, until_ms)
    ]


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


def _since_forced(wallet: _Wallet, fills: Sequence[OwnFill]) -> Sequence[Intent]:
    """Give the orders, the newest too, that may have filled since the first forced close."""
    address, store = wallet.follow.wallet_address, wallet.ports.store
    forced_ms = [own.fill.time_ms for own in fills if own.fill.liquidated_user == address]
    if not forced_ms:
        return ()
    # An order fills before it expires, and expires less than this after it was made.
    to_ms = wallet.ports.clock.now_ms() + 2 * SEEN_AFTER_MS
    wallet_id, from_ms = wallet.follow.wallet_id, min(forced_ms) - SEEN_AFTER_MS
    names = store.estimated_orders(wallet_id, from_ms, to_ms, ORDERS_AT_ONCE)
    found = store.intents(names) if names else ()
    return [order for order in found if is_estimated(order)]


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
    starts_ms = _starts(wallet, until_ms, _funding_from)
    if not starts_ms:
        return
    payments = wallet.venue.funding_since(wallet.follow.wallet_address, min(starts_ms))
    for state in wallet.states:
        _book_funding(wallet, state, payments, wallet.until(state, until_ms))


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
