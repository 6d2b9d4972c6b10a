"""A leader's fills become numbered trades, once each, whatever order and copies they come in.

The hot path asks the venue nothing. It is asked when a book begins, after a gap, and in the slow
sweep that the listener requests.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from understudy.domain.corrections import correction, doubts_after, is_confirmed
from understudy.domain.errors import ConflictError, DependencyError
from understudy.domain.grouping import group_fills, positions_after, trade_of_fills
from understudy.domain.ids import TradeId
from understudy.domain.leaders import BookDoubt, LeaderBook
from understudy.domain.trades import Fill, Trade, TradeKind
from understudy.messages import LeaderFills, LearnLeverage
from understudy.ports.copying import MarketStore
from understudy.ports.venue import LeaderSnapshot, Venue
from understudy.workflows.fill_fan_out import FanOutPorts, fan_out_trade

OVERLAP_MS = 60_000
STORE_TRIES = 16
REPEATED_TRADES = 200
DOUBTED_TRADES = 1_000
# A venue's answers may be behind its stream.
LEARN_DELAY_SECONDS = 2


@dataclass(frozen=True, slots=True)
class SyncPorts:
    """What following a leader needs from the world; `venues` by name."""

    fan_out: FanOutPorts
    markets: MarketStore
    venues: Mapping[str, Venue]


def sync_leader(ports: SyncPorts, messages: Iterable[LeaderFills]) -> None:
    """Store and fan out what these messages of one leader bring, in order.

    A message is done when every fill in it is stored and every trade of it sent to the lanes.
    """
    for message in messages:
        book = ports.fan_out.store.leader_book(message.venue, message.leader)
        if not book.started:
            book = _begin(ports, book)
        if message.after_gap:
            book = _repair(ports, book)
        book = _store_all(ports, book, message.fills)


def _begin(ports: SyncPorts, book: LeaderBook) -> LeaderBook:
    """Begin a book from the venue's snapshot and the fills around it."""
    venue = ports.venues[book.venue]
    snapshot = venue.leader_snapshot(book.leader, _dexes(ports, book.venue))
    fills = venue.fills_since(book.leader, snapshot.time_ms - OVERLAP_MS)
    fresh = replace(
        book,
        positions={name: size for name, size in snapshot.positions.items() if size},
        account=snapshot.account,
        cursor_ms=snapshot.time_ms,
        started=True,
    )
    return ports.fan_out.store.store_book(positions_after(fresh, fills))


def _repair(ports: SyncPorts, book: LeaderBook) -> LeaderBook:
    """Store what passed unseen, and keep the account fresh that sizes proportional copies."""
    venue = ports.venues[book.venue]
    snapshot = venue.leader_snapshot(book.leader, _dexes(ports, book.venue))
    book = _store_all(ports, book, _missed(ports, book))
    book = _corrected(ports, book, snapshot)
    account = snapshot.account.remembering(book.account)
    repaired = replace(book, account=account, repaired_ms=snapshot.time_ms)
    return ports.fan_out.store.store_book(repaired)


def _corrected(ports: SyncPorts, book: LeaderBook, snapshot: LeaderSnapshot) -> LeaderBook:
    """Follow the venue where two snapshots agree on a position that no fill explains.

    Whoever dies between storing and sending is made up for by the follows' own gaps. The doubts
    are stored with the repaired book.
    """
    markets, prices = ports.markets.markets(book.venue), ports.markets.marks(book.venue).prices
    book = replace(book, doubts=_unmoved(ports, book))
    doubts = doubts_after(book, snapshot.positions, markets, snapshot.time_ms)
    ripe = [each for each in doubts if is_confirmed(each, snapshot.time_ms)]
    corrected = {each.symbol: each for each in ripe if each.symbol in prices}
    for symbol, doubt in corrected.items():
        book = _correct(ports, book, doubt, prices[symbol], snapshot.time_ms)
    return replace(book, doubts=tuple(each for each in doubts if each.symbol not in corrected))


def _unmoved(ports: SyncPorts, book: LeaderBook) -> tuple[BookDoubt, ...]:
    """Give the doubts about symbols that the leader has not traded since they came up."""
    if not book.doubts:
        return ()
    first = min(doubt.seq for doubt in book.doubts)
    since = ports.fan_out.store.trades_since(book.venue, book.leader, first, DOUBTED_TRADES)
    if len(since) == DOUBTED_TRADES:
        return ()  # too much has happened to say
    last = {trade.symbol: trade.seq for trade in since}
    return tuple(doubt for doubt in book.doubts if last.get(doubt.symbol, 0) <= doubt.seq)


def _correct(
    ports: SyncPorts, book: LeaderBook, doubt: BookDoubt, price: Decimal, time_ms: int
) -> LeaderBook:
    now_ms = ports.fan_out.clock.now_ms()
    moved, trade, fill = correction(book, doubt, price, time_ms, now_ms)
    stored = ports.fan_out.store.store_trade(moved, trade, [fill])
    fan_out_trade(ports.fan_out, trade)
    return stored


def _missed(ports: SyncPorts, book: LeaderBook) -> Sequence[Fill]:
    """Read the fills since a little before the last trade, or the last repair if that is older.

    A trade says nothing about those before it: what a repair has not looked at may be missing.
    """
    checked_ms = min(book.last_trade_ms, book.repaired_ms)
    since_ms = max(book.cursor_ms, checked_ms - OVERLAP_MS)
    fills = ports.venues[book.venue].fills_since(book.leader, since_ms)
    known = ports.fan_out.store.fill_owners(book.venue, book.leader, [fill.key for fill in fills])
    markets = ports.markets.markets(book.venue)
    return [fill for fill in fills if fill.key not in known and fill.symbol in markets]


def _store_all(ports: SyncPorts, book: LeaderBook, fills: Iterable[Fill]) -> LeaderBook:
    for group in group_fills(fill for fill in fills if fill.time_ms > book.cursor_ms):
        book = _store(ports, book, group)
    return book


def _store(ports: SyncPorts, book: LeaderBook, fills: Sequence[Fill]) -> LeaderBook:
    """Store one group as a trade and send it on; what is stored already is only sent on again."""
    store, n = ports.fan_out.store, 0
    for _ in range(STORE_TRIES):
        moved, trade = trade_of_fills(book, fills, n=n, stored_at_ms=ports.fan_out.clock.now_ms())
        try:
            stored = store.store_trade(moved, trade, fills)
        except ConflictError:
            before = book.version
            book = store.leader_book(book.venue, book.leader)
            owners = store.fill_owners(book.venue, book.leader, [fill.key for fill in fills])
            _send_again(ports, book, set(owners.values()))
            fills = [fill for fill in fills if fill.key not in owners]
            if not fills:
                return book
            n += book.version == before or bool(owners)
        else:
            fan_out_trade(ports.fan_out, trade)
            _have_leverage_learned(ports, stored, trade)
            return stored
    raise DependencyError("a leader's book keeps changing", leader=book.leader)


def _have_leverage_learned(ports: SyncPorts, book: LeaderBook, trade: Trade) -> None:
    """Have a position's leverage asked for once it is open: the venue shows none before."""
    if trade.kind is TradeKind.OPEN and book.holds_at_unknown_leverage(trade.symbol):
        command = LearnLeverage(book.venue, book.leader, trade.symbol)
        ports.fan_out.queues.to_reconcile(command, delay_seconds=LEARN_DELAY_SECONDS)


def _send_again(ports: SyncPorts, book: LeaderBook, trades: set[TradeId]) -> None:
    """Send stored trades on once more: whoever stored them may have stopped before sending."""
    if not trades:
        return
    since = max(0, book.seq - REPEATED_TRADES)
    recent = ports.fan_out.store.trades_since(book.venue, book.leader, since, REPEATED_TRADES)
    for trade in recent:
        if trade.trade_id in trades:
            fan_out_trade(ports.fan_out, trade)


def _dexes(ports: SyncPorts, venue: str) -> list[str]:
    return sorted({market.dex for market in ports.markets.markets(venue).values()} | {""})
