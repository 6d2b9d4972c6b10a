"""After a restore: every follow of a wallet is brought to the venue's record, then opened again.

It places no order. Whatever was stored halfway is taken up by the next run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from understudy.domain.errors import ConflictError
from understudy.domain.replacing import replace
from understudy.domain.settlement import paused_by
from understudy.domain.trades import Trade
from understudy.messages import ResolveIntent
from understudy.ports.copying import Changes, FollowState, LeaderStore, MarketStore
from understudy.workflows.copying.epochs import is_behind
from understudy.workflows.copying.views import CopyPorts
from understudy.workflows.reconciling.rebuilding_symbols import VenueRecord, rebuild_symbol
from understudy.workflows.reconciling.resolving import resolve
from understudy.workflows.watching.leader_books import compare
from understudy.workflows.watching.numbering import SyncPorts

# What the venue did this long ago stands in its lists, and no order of ours lives as long.
SEEN_AFTER_MS = 30_000
TRADES_AT_ONCE = 200

Lost = Mapping[str, Sequence[Trade]]


def rebuild(ports: CopyPorts, leaders: SyncPorts, states: Iterable[FollowState]) -> bool:
    """Bring the follows of one wallet that are behind to the venue's; False when it is too early.

    Raises VenueUnreachableError while the venue does not answer.
    """
    behind = [state for state in states if is_behind(ports, state.follow)]
    if not behind:
        return True
    may_begin = ports.clock.now_ms() >= ports.epoch + SEEN_AFTER_MS
    if not may_begin or not _looked_at(ports, leaders, behind) or not _settled(ports, behind):
        return False
    store = leaders.fan_out.store
    lost = {state.follow.follow_id: _lost_trades(store, state) for state in behind}
    record = _record_of(ports, leaders.markets, behind, lost.values())
    # Whoever took over a symbol that another of these follows gave back waits for that one.
    for patient in (True, False):
        for state in behind:
            _rebuild_follow(ports, state, lost[state.follow.follow_id], record, patient=patient)
    return not any(is_behind(ports, _read(ports, state).follow) for state in behind)


def _looked_at(ports: CopyPorts, leaders: SyncPorts, behind: Iterable[FollowState]) -> bool:
    """Have every trade of the leaders from before the loss in their books again.

    A book that has not begun, begins with the leader's next fill, or when the listener starts.
    """
    for state in behind:
        book = leaders.fan_out.store.leader_book(state.follow.venue, state.follow.leader)
        if book.started and book.repaired_ms < ports.epoch + SEEN_AFTER_MS:
            book = compare(leaders, book, fully=True)
        if book.repaired_ms < ports.epoch + SEEN_AFTER_MS:
            return False
    return True


def _settled(ports: CopyPorts, behind: Sequence[FollowState]) -> bool:
    """Settle what was under way when the table was saved; say whether nothing is left of it."""
    for state in behind:
        for ledger in state.ledgers.values():
            for pending in ledger.pending:
                resolve(ports, ResolveIntent(pending.intent_id, state.follow.follow_id))
    fresh = (_read(ports, state) for state in behind)
    return not any(ledger.pending for state in fresh for ledger in state.ledgers.values())


def _lost_trades(leaders: LeaderStore, state: FollowState) -> Lost:
    """Read every trade of the leader that the follow's records may not know, by symbol."""
    follow, lost = state.follow, defaultdict(list)
    since, page = max(follow.start_seq, state.budget.checked_seq), TRADES_AT_ONCE
    while page == TRADES_AT_ONCE:
        trades = leaders.trades_since(follow.venue, follow.leader, since, TRADES_AT_ONCE)
        for trade in trades:
            lost[trade.symbol].append(trade)
        page, since = len(trades), trades[-1].seq if trades else since
    return lost


def _record_of(
    ports: CopyPorts, markets: MarketStore, behind: Sequence[FollowState], lost: Iterable[Lost]
) -> VenueRecord:
    """Read the account and every fill since the last order that our own record has."""
    follow, known = behind[0].follow, markets.markets(behind[0].follow.venue)
    symbols = {symbol for state in behind for symbol in state.ledgers}.union(*lost)
    dexes = sorted({known[symbol].dex for symbol in symbols if symbol in known} | {""})
    venue, store = ports.venues[follow.venue], ports.store
    before = store.account(follow.wallet_id)
    account = venue.account(follow.wallet_id, follow.wallet_address, dexes, before=before)
    store.put_account(account)
    fills = defaultdict(list)
    for own in venue.own_fills_since(follow.wallet_address, _last_order_ms(ports, behind)):
        fills[own.client_order_id].append(own)
    return VenueRecord(account, fills)


def _last_order_ms(ports: CopyPorts, behind: Sequence[FollowState]) -> int:
    """Give a time before every order that may be lost: nonces are times, and only rise."""
    lane = ports.store.lane(behind[0].follow.wallet_id)
    started_ms = min(state.follow.started_at_ms for state in behind)
    return max(0, (lane.nonce or started_ms) - SEEN_AFTER_MS)


def _rebuild_follow(
    ports: CopyPorts, state: FollowState, lost: Lost, record: VenueRecord, *, patient: bool
) -> None:
    follow = _read(ports, state).follow
    if not is_behind(ports, follow):
        return
    try:
        for symbol in sorted({*state.ledgers, *lost}):
            rebuild_symbol(
                ports, follow, symbol, lost.get(symbol, ()), record, waits_for_symbol=patient
            )
        _open(ports, _read(ports, state))
    except ConflictError:
        return  # its owner changed it, or another follow still has the symbol: the next run goes on


def _open(ports: CopyPorts, state: FollowState) -> None:
    """Open a follow; what its wallet set at the venue may have been changed in the time lost."""
    follow = paused_by(state.follow, state.budget) or state.follow
    lane = ports.store.lane(follow.wallet_id)
    opened = replace(follow, epoch=ports.epoch)
    forgetful = lane.forgetting(lane.settings) if lane.settings else None
    ports.store.commit(Changes(follow=opened, lane=forgetful))


def _read(ports: CopyPorts, state: FollowState) -> FollowState:
    return ports.store.follow_state(state.follow.follow_id) or state
