"""Fills become numbered trades of a leader's book, once each, and go to the lanes in their order.

Two may number a leader's trades at once: `leader_sync` and a comparison. Nobody sends a trade
before those numbered earlier, whoever stored them: a lane passes over what comes too late.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from understudy.domain.errors import ConflictError, DependencyError
from understudy.domain.grouping import group_fills, trade_of_fills
from understudy.domain.ids import TradeId
from understudy.domain.leaders import LeaderBook
from understudy.domain.replacing import replace
from understudy.domain.trades import Fill, Trade, TradeKind
from understudy.messages import LearnLeverage
from understudy.ports.copying import LeaderStore, MarketStore
from understudy.ports.venue import Venue
from understudy.workflows.watching.fanning_out import FanOutPorts, fan_out_trade

STORE_TRIES = 16
REPEATED_TRADES = 200
NEWEST_TRADES = 20
NEWEST_MS = 300_000
# A venue's answers may be behind its stream.
LEARN_DELAY_SECONDS = 2


@dataclass(frozen=True, slots=True)
class SyncPorts:
    """What following a leader needs from the world; `venues` by name."""

    fan_out: FanOutPorts
    markets: MarketStore
    venues: Mapping[str, Venue]


def store_fills(ports: SyncPorts, book: LeaderBook, fills: Iterable[Fill]) -> LeaderBook:
    """Store the fills that the book did not begin with, and send their trades on, in order."""
    for group in group_fills(fill for fill in fills if not book.began_with(fill)):
        book = _store(ports, book, group)
    return book


def _store(ports: SyncPorts, book: LeaderBook, fills: Sequence[Fill]) -> LeaderBook:
    """Store one group as a trade and send it on; what others have stored is sent on before it."""
    store, n = ports.fan_out.store, 0
    for _ in range(STORE_TRIES):
        moved, trade = trade_of_fills(book, fills, n=n, stored_at_ms=ports.fan_out.clock.now_ms())
        try:
            stored = store.store_trade(moved, trade, fills)
        except ConflictError:
            before = book
            book = _moved_meanwhile(store, before)
            owners = store.fill_owners(book.venue, book.leader, [fill.key for fill in fills])
            _send_again(ports, book, set(owners.values()), stored_after=before.seq)
            fills = [fill for fill in fills if fill.key not in owners]
            if not fills:
                return book
            symbol = fills[0].symbol
            if book.positions.get(symbol) != before.positions.get(symbol):
                # The position that a listed fill met is not the book's any more: it adds to it.
                fills = [replace(fill, start_position=None) for fill in fills]
            n += book.version == before.version or bool(owners)
        else:
            fan_out_trade(ports.fan_out, trade)
            _have_leverage_learned(ports, stored, trade)
            return marking_unsent(stored) if stored.unsent_from else stored
    raise DependencyError("a leader's book keeps changing", leader=book.leader)


def _moved_meanwhile(store: LeaderStore, before: LeaderBook) -> LeaderBook:
    """Read a book again; who wanted a look until all is sent on still wants it, and marks it."""
    book = store.leader_book(before.venue, before.leader)
    book = replace(book, look_wanted=book.look_wanted or before.look_wanted, unsent_from=0)
    return marking_unsent(book) if before.unsent_from else book


def marking_unsent(book: LeaderBook) -> LeaderBook:
    """Have the next trade stored with the mark that it may not have been sent.

    For those whose work nobody takes up at once, should they stop between the two.
    """
    return replace(book, unsent_from=book.seq + 1)


def send_unsent(ports: SyncPorts, book: LeaderBook) -> LeaderBook:
    """Send what may not have been sent before anything newer is; nothing is read without a mark."""
    if not book.unsent_from:
        return book
    since = max(book.unsent_from - 1, book.seq - REPEATED_TRADES)
    _send_again(ports, book, set(), stored_after=since)
    return replace(book, unsent_from=0)


def _have_leverage_learned(ports: SyncPorts, book: LeaderBook, trade: Trade) -> None:
    """Have a position's leverage asked for once it is open: the venue shows none before."""
    if trade.kind is TradeKind.OPEN and book.holds_at_unknown_leverage(trade.symbol):
        command = LearnLeverage(book.venue, book.leader, trade.symbol)
        ports.fan_out.queues.to_reconcile(command, delay_seconds=LEARN_DELAY_SECONDS)


def send_newest_again(ports: SyncPorts, book: LeaderBook) -> None:
    """Send a leader's newest trades on once more; the queue drops what it has had lately."""
    since, now_ms = max(0, book.seq - NEWEST_TRADES), ports.fan_out.clock.now_ms()
    if book.unsent_from:
        since = min(since, book.unsent_from - 1)
    newest = ports.fan_out.store.trades_since(book.venue, book.leader, since, REPEATED_TRADES)
    for trade in newest:
        if now_ms - trade.stored_at_ms < NEWEST_MS or 0 < book.unsent_from <= trade.seq:
            fan_out_trade(ports.fan_out, trade)


def _send_again(
    ports: SyncPorts, book: LeaderBook, trades: set[TradeId], *, stored_after: int
) -> None:
    """Send these and all later trades on once more, in order: others may not have sent them yet."""
    if not trades and book.seq <= stored_after:
        return
    since = max(0, book.seq - REPEATED_TRADES) if trades else stored_after
    recent = ports.fan_out.store.trades_since(book.venue, book.leader, since, REPEATED_TRADES)
    for trade in recent:
        if trade.seq > stored_after or trade.trade_id in trades:
            fan_out_trade(ports.fan_out, trade)
