"""When the venue shows a position of a leader that no fill explains: doubted first, then corrected.

A fill may be on its way, so one reading corrects nothing. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal

from understudy.domain.grouping import trade_of_fills
from understudy.domain.leaders import BookDoubt, LeaderBook
from understudy.domain.money import ZERO
from understudy.domain.replacing import replace
from understudy.domain.trades import Fill, Side, Trade

CONFIRMED_AFTER_MS = 30_000
CORRECTION = "correction"


def doubts_after(
    book: LeaderBook, shown: Mapping[str, Decimal], symbols: Collection[str], time_ms: int
) -> tuple[BookDoubt, ...]:
    """Compare a book with a snapshot of that time; a doubt that stands as it was keeps its age."""
    before = {(each.symbol, each.shown, each.booked): each for each in book.doubts}
    found = []
    for symbol in sorted({*book.positions, *shown} & set(symbols)):
        theirs, ours = shown.get(symbol, ZERO), book.positions.get(symbol, ZERO)
        if theirs != ours:
            fresh = BookDoubt(symbol, shown=theirs, booked=ours, since_ms=time_ms, seq=book.seq)
            found.append(before.get((symbol, theirs, ours), fresh))
    return tuple(found)


def is_confirmed(doubt: BookDoubt, time_ms: int) -> bool:
    """Say whether a snapshot of that time confirms a doubt: half a minute lies in between."""
    return time_ms - doubt.since_ms >= CONFIRMED_AFTER_MS


def correction(
    book: LeaderBook, doubt: BookDoubt, price: Decimal, time_ms: int, stored_at_ms: int
) -> tuple[LeaderBook, Trade, Fill]:
    """Make the trade that brings the book to what the venue shows, at the mark.

    It is no trade of the leader's pace, and what the venue lists is still to be compared.
    """
    moved = doubt.shown - doubt.booked
    fill = Fill(
        symbol=doubt.symbol,
        side=Side.of(moved),
        price=price,
        size=abs(moved),
        time_ms=time_ms,
        tid=CORRECTION,
        seen_at_ms=stored_at_ms,
        start_position=doubt.booked,
    )
    after, trade = trade_of_fills(book, [fill], n=0, stored_at_ms=stored_at_ms)
    after = replace(after, recent_trades_ms=book.recent_trades_ms, last_trade_ms=book.last_trade_ms)
    return after, replace(trade, correction=True), fill
