"""From fills to trades: what one leader did on one symbol and side within one millisecond."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from decimal import Decimal

from understudy.domain.leaders import LeaderBook
from understudy.domain.money import ZERO
from understudy.domain.pace import last_minute
from understudy.domain.replacing import replace
from understudy.domain.trades import Fill, FillKey, Side, Trade


def group_fills(fills: Iterable[Fill]) -> list[tuple[Fill, ...]]:
    """Group fills by symbol, side and millisecond, each group and all groups in first-seen order.

    A fill that appears twice counts once.
    """
    groups: dict[tuple[str, Side, int], dict[str, Fill]] = {}
    for fill in fills:
        group = groups.setdefault((fill.symbol, fill.side, fill.time_ms), {})
        group.setdefault(fill.tid, fill)
    return [tuple(group.values()) for group in groups.values()]


def trade_of_fills(
    book: LeaderBook, fills: Sequence[Fill], *, n: int, stored_at_ms: int
) -> tuple[LeaderBook, Trade]:
    """Make the book's next trade from a group of fills; gives the moved book too."""
    first = fills[0]
    start = _start_position(book, first)
    size = sum((fill.size for fill in fills), ZERO)
    recent = (*last_minute(book.recent_trades_ms, first.time_ms), first.time_ms)
    trade = Trade(
        venue=book.venue,
        leader=book.leader,
        symbol=first.symbol,
        side=first.side,
        time_ms=first.time_ms,
        n=n,
        seq=book.seq + 1,
        size=size,
        notional=sum((fill.price * fill.size for fill in fills), ZERO),
        last_price=fills[-1].price,
        start_position=start,
        fill_count=len(fills),
        seen_at_ms=min(fill.seen_at_ms for fill in fills),
        stored_at_ms=stored_at_ms,
        leader_trades_last_minute=len(recent),
    )
    moved = replace(
        book,
        seq=trade.seq,
        positions=_moved(book, first.symbol, trade.end_position),
        recent_trades_ms=recent,
        last_trade_ms=max(book.last_trade_ms, trade.time_ms),
        last_fill=fills[-1].key.text,
    )
    return moved, trade


def begun_book(
    book: LeaderBook, shown: Mapping[str, Decimal], fills: Sequence[Fill], sure_ms: int, at_ms: int
) -> LeaderBook:
    """Begin a book with the positions shown at a time, brought up to the venue's own fills.

    These say where each of them started. What was shown may lack fills after `sure_ms`.
    """
    positions = dict(shown)
    for fill in fills:
        if fill.end_position is not None:
            positions[fill.symbol] = fill.end_position
    return replace(
        book,
        started=True,
        positions={symbol: size for symbol, size in positions.items() if size},
        cursor_ms=sure_ms,
        begun_ms=max((at_ms, *(fill.time_ms for fill in fills))),
        begun_with=tuple(fill.key.text for fill in fills if fill.time_ms > sure_ms),
    )


def from_the_list(book: LeaderBook, fills: Sequence[Fill], known: Container[FillKey]) -> list[Fill]:
    """Pick the fills that are not known from all that the venue lists, oldest first.

    They bring each symbol to where its last fill ended: later ones may be in the book already. A
    list that is behind the book says nothing of where it should be.
    """
    missed = [fill for fill in fills if fill.key not in known and not book.began_with(fill)]
    is_behind = book.last_trade_ms > max((fill.time_ms for fill in fills), default=0)
    ends = {} if is_behind else {fill.symbol: fill.end_position for fill in fills}
    moved: dict[str, Decimal] = {}
    for fill in missed:
        moved[fill.symbol] = moved.get(fill.symbol, ZERO) + fill.signed_size
    placed = []
    for fill in missed:
        end = ends.pop(fill.symbol, None)
        start = None if end is None else end - moved[fill.symbol]
        placed.append(replace(fill, start_position=start))
    return placed


def _start_position(book: LeaderBook, first: Fill) -> Decimal:
    """Prefer what the venue says about the position that a fill met over our own record."""
    if first.start_position is not None:
        return first.start_position
    return book.positions.get(first.symbol, ZERO)


def _moved(book: LeaderBook, symbol: str, end: Decimal) -> dict[str, Decimal]:
    positions = {name: size for name, size in book.positions.items() if name != symbol}
    return {**positions, symbol: end} if end else positions
