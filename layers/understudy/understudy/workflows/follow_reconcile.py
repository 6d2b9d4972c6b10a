"""What the lanes left open, wallet by wallet: unknown orders, gaps, drift, money, drawdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from understudy.domain import drawdown
from understudy.domain.drift import after_reading
from understudy.domain.errors import ConflictError, RequestBudgetError
from understudy.domain.follows import Account, Follow, FollowStatus, Ledger, PauseReason
from understudy.domain.ids import WalletId
from understudy.domain.limits import DrawdownBasis, OnStop
from understudy.domain.markets import Market
from understudy.domain.money import ZERO
from understudy.domain.ownership import SymbolOwner
from understudy.domain.reasons import Reason
from understudy.domain.receipting import expired_entry, finished_receipt
from understudy.domain.receipts import Receipt
from understudy.domain.replacing import replace
from understudy.domain.settlement import paused_by
from understudy.domain.valuation import unrealized
from understudy.messages import (
    ENDED,
    CheckLeader,
    CloseGaps,
    LearnLeverage,
    ReconcileCommand,
    ReconcileWallet,
    ResolveIntent,
    WakeLane,
)
from understudy.ports.copying import Changes, FollowState, LeaderStore, MarketStore
from understudy.workflows.copying.closing_out import close_out_if_stopped
from understudy.workflows.copying.converging import (
    COMPARED,
    converge_if_open,
    order_what_waited,
)
from understudy.workflows.copying.ending import end_if_done
from understudy.workflows.copying.epochs import is_behind
from understudy.workflows.copying.views import CopyPorts
from understudy.workflows.reconciling.closing_gaps import close_gaps, close_last_gaps
from understudy.workflows.reconciling.learning import learn_leverage
from understudy.workflows.reconciling.rebuilding import rebuild
from understudy.workflows.reconciling.resolving import resolve
from understudy.workflows.reconciling.truing_up import look_again, true_up, true_up_ended
from understudy.workflows.reconciling.waking import wake_lane
from understudy.workflows.watching.fanning_out import FanOutPorts
from understudy.workflows.watching.leader_books import check
from understudy.workflows.watching.numbering import SyncPorts

DUE_AT_ONCE = 50
SWEEP_MS = 60_000


@dataclass(frozen=True, slots=True)
class ReconcilePorts:
    """What reconciling needs from the world.

    `wallets_a_minute` is how many the venue may be asked about in the sweep: those that traded, or
    have an unknown order, come on top.
    """

    copying: CopyPorts
    leaders: LeaderStore
    markets: MarketStore
    wallets_a_minute: int


def sweep(ports: ReconcilePorts, venue: str) -> None:
    """Request everything that is due: unknown orders first, then the wallets whose turn it is."""
    copying = ports.copying
    now_ms = copying.clock.now_ms()
    due = copying.store.due_intents(now_ms, DUE_AT_ONCE)
    unknown = [ResolveIntent(intent_id, follow_id) for follow_id, intent_id in due]
    wallets = sorted(set(ports.leaders.watched(venue).wallets.values()))
    turn = in_turn(wallets, now_ms // SWEEP_MS, ports.wallets_a_minute)
    copying.queues.to_reconcile(*unknown, *map(ReconcileWallet, turn))


def in_turn(wallets: Sequence[WalletId], minute: int, count: int) -> Sequence[WalletId]:
    """Choose the wallets of a minute: all, or as many as may be, going round by the minute."""
    if len(wallets) <= count:
        return wallets
    first = minute * count % len(wallets)
    return [*wallets[first:], *wallets[:first]][:count]


def reconcile(ports: ReconcilePorts, command: ReconcileCommand) -> None:
    """Do one command; raises VenueUnreachableError while the venue does not answer."""
    if isinstance(command, ResolveIntent):
        resolve(ports.copying, command)
    elif isinstance(command, ReconcileWallet):
        try:
            _reconcile_wallet(ports, command)
        except RequestBudgetError:  # the sweep asks again every minute, of what it sees
            look_again(ports.copying, command)
    elif isinstance(command, CloseGaps):
        close_last_gaps(ports.copying, ports.leaders, command)
    elif isinstance(command, CheckLeader):
        check(_sync_ports(ports), command)
    elif isinstance(command, LearnLeverage):
        learn_leverage(ports.leaders, ports.markets, ports.copying.venues, command)
    elif isinstance(command, WakeLane):
        wake_lane(ports.copying, command)


def _sync_ports(ports: ReconcilePorts) -> SyncPorts:
    copying = ports.copying
    fan_out = FanOutPorts(ports.leaders, copying.queues, copying.clock, copying.epoch)
    return SyncPorts(fan_out, ports.markets, copying.venues)


def _reconcile_wallet(ports: ReconcilePorts, command: ReconcileWallet) -> None:
    wallet_id = command.wallet_id
    known = _states_of(ports, wallet_id)
    if any(is_behind(ports.copying, state.follow) for state in known):
        if not rebuild(ports.copying, _sync_ports(ports), known):
            look_again(ports.copying, command)
            return
        known = _states_of(ports, wallet_id)
    if command.cause == ENDED or not known:
        true_up_ended(ports.copying, command, known)  # of the others the sweep takes care
        return
    for state in known:  # this needs no venue: an exit must not wait until it answers questions
        close_gaps(ports.copying, ports.leaders, state)
    markets = ports.markets.markets(known[0].follow.venue)
    account = _read_account(ports, wallet_id, known, markets)
    for state in known:
        for ledger in state.ledgers.values():
            live = _part_of(ledger, account, known)
            _reconcile_ledger(ports, state, ledger, live, markets.get(ledger.symbol))
    true_up(ports.copying, known)
    for state in known:
        _check_agent(ports, state)
        _check_drawdown(ports, state)
        _close_stopped(ports, state)
        copying, now_ms = ports.copying, ports.copying.clock.now_ms()
        end_if_done(copying.store, copying.queues, state.follow, now_ms, copying.epoch)


def _states_of(ports: ReconcilePorts, wallet_id: WalletId) -> list[FollowState]:
    store = ports.copying.store
    states = [store.follow_state(follow_id) for follow_id in store.wallet_follows(wallet_id)]
    return [state for state in states if state is not None]


def _read_account(
    ports: ReconcilePorts,
    wallet_id: WalletId,
    states: list[FollowState],
    markets: Mapping[str, Market],
) -> Account:
    follow = states[0].follow
    symbols = {symbol for state in states for symbol in state.ledgers if symbol in markets}
    dexes = sorted({markets[symbol].dex for symbol in symbols} | {""})
    venue = ports.copying.venues[follow.venue]
    store = ports.copying.store
    before = store.account(wallet_id)
    account = venue.account(wallet_id, follow.wallet_address, dexes, before=before)
    store.put_account(account)
    if account.leverages:
        _forget_what_it_contradicts(ports, account)
    return account


def _forget_what_it_contradicts(ports: ReconcilePorts, account: Account) -> None:
    """Have the next entry set a leverage again that its owner changed by hand."""
    lane = ports.copying.store.lane(account.wallet_id)
    shown = lane.as_shown(account)
    if shown is not lane:
        _store(ports, Changes(lane=shown))


def _part_of(ledger: Ledger, account: Account, states: list[FollowState]) -> Decimal:
    """Give a position less what the wallet's other follows hold: the venue shows all as one."""
    others = (state for state in states if state.follow.follow_id != ledger.follow_id)
    held = sum((state.ledger(ledger.symbol).held for state in others), ZERO)
    return account.positions.get(ledger.symbol, ZERO) - held


def _reconcile_ledger(
    ports: ReconcilePorts,
    state: FollowState,
    ledger: Ledger,
    live: Decimal,
    market: Market | None,
) -> None:
    """Compare one ledger with its part of the venue's position.

    A ledger that moved meanwhile is left to the next run.
    """
    now_ms = ports.copying.clock.now_ms()
    compared, budget = after_reading(ledger, state.budget, live, now_ms)
    if compared != ledger:
        try:
            ports.copying.store.commit(
                Changes(
                    ledger=compared,
                    budget=budget if budget != state.budget else None,
                    receipts=_done_without_order(ports, ledger, compared),
                    owner_released=_given_back(state.follow, ledger, compared),
                )
            )
        except ConflictError:
            return
    if market is not None:
        converge_if_open(ports.copying, state.follow, compared, market, COMPARED)
        if compared.carried_since_ms and now_ms - compared.carried_since_ms > SWEEP_MS:
            # Whoever settled what it waited for may have died before it said so.
            order_what_waited(ports.copying, state.follow, compared, market)


def _given_back(follow: Follow, before: Ledger, after: Ledger) -> SymbolOwner | None:
    """Give the symbol back when its position turned out to be gone."""
    if after.needs_symbol or not before.needs_symbol:
        return None
    return SymbolOwner(follow.wallet_id, after.symbol, follow.follow_id)


def _done_without_order(
    ports: ReconcilePorts, before: Ledger, after: Ledger
) -> tuple[Receipt, ...]:
    """Finish what was still to come, an exit or a carried entry, when its position was gone."""
    if not before.held or after.held or after.waiting:
        return ()
    newest = ports.copying.store.receipt(after.follow_id, after.last_seq)
    if newest is None:
        return ()
    finished = expired_entry(newest, after) or finished_receipt(
        newest, after, Reason.NOTHING_TO_CLOSE
    )
    return (finished,) if finished else ()


def _check_agent(ports: ReconcilePorts, state: FollowState) -> None:
    """Pause a follow whose agent has run out: nothing can be signed until its owner acts."""
    follow, now_ms = state.follow, ports.copying.clock.now_ms()
    if not 0 < follow.agent_valid_until_ms <= now_ms:
        return
    paused = paused_by(follow, state.budget, PauseReason.AGENT_REVOKED)
    if paused is not None:
        _store(ports, Changes(follow=paused))


def _check_drawdown(ports: ReconcilePorts, state: FollowState) -> None:
    """Count readings at or below the floor; equity readings need two in a row.

    A follow that is stopped, now or already, has none: a restart is read anew.
    """
    fresh = ports.copying.store.follow_state(state.follow.follow_id)
    if fresh is None:
        return
    if fresh.follow.status is not FollowStatus.ACTIVE:
        if fresh.budget.drawdown_readings:
            _store(ports, Changes(budget=replace(fresh.budget, drawdown_readings=0)))
        return
    limits = fresh.follow.limits
    pnl = fresh.budget.pnl
    if limits.drawdown_basis is DrawdownBasis.EQUITY:
        prices = ports.markets.marks(fresh.follow.venue).prices
        pnl += unrealized(fresh.ledgers.values(), prices.get)
    readings = drawdown.readings_after(limits, fresh.budget.drawdown_readings, pnl)
    if readings == fresh.budget.drawdown_readings:
        return
    budget = replace(fresh.budget, drawdown_readings=readings)
    stopped = paused_by(fresh.follow, budget)
    if stopped is not None:
        budget = replace(budget, drawdown_readings=0)
    _store(ports, Changes(budget=budget, follow=stopped))


def _close_stopped(ports: ReconcilePorts, state: FollowState) -> None:
    """Ask again for the closes of a stop: whoever stopped the follow may have died before."""
    if state.follow.limits.on_stop is not OnStop.CLOSE_NOW:
        return
    fresh = ports.copying.store.follow_state(state.follow.follow_id)
    if fresh is not None:
        close_out_if_stopped(ports.copying.queues, fresh, ports.copying.clock.now_ms())


def _store(ports: ReconcilePorts, changes: Changes) -> None:
    try:
        ports.copying.store.commit(changes)
    except ConflictError:
        return  # a lane moved it: the next run looks again
