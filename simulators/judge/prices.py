"""What could be known of prices and equities around a moment, from the venue's record alone."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from fractions import Fraction

from simulators.judge.evidence import Evidence, VenueAccount, VenueFill
from simulators.judge.exact import ONE, ZERO, Span
from simulators.judge.ledger import Holding
from simulators.judge.trades import LeaderTrade

EQUITY_AGE_MS = 60_000
MARK_AGE_MS = 15_000
DECIDED_WITHIN_MS = 30_000
SPOT_PURSE = "spot"
Marks = dict[str, Fraction]


def dex_of(symbol: str) -> str:
    """Name the dex of a symbol; '' is the venue's own."""
    return symbol.partition(":")[0] if ":" in symbol else ""


class Tape:
    """Prices of all symbols at each release, and which releases lie around a moment."""

    def __init__(self, trades: Sequence[LeaderTrade], opening: Marks) -> None:
        """Walk through the releases once."""
        self.trades = trades
        self.sent_ms = [trade.sent_ms for trade in trades]
        self.marks: list[Marks] = []
        known = dict(opening)
        for trade in trades:
            known = {**known, trade.symbol: trade.last_price}
            self.marks.append(known)

    def around(self, sent_ms: Fraction, before_ms: int, collected_ms: int = 0) -> range:
        """Give the releases that a decision about a trade sent then may have known of.

        What a slower mode collects is decided again when its window ends, so much later.
        """
        first = bisect_left(self.sent_ms, sent_ms - before_ms)
        last = bisect_right(self.sent_ms, sent_ms + collected_ms + DECIDED_WITHIN_MS)
        return range(max(0, first - 1), last)

    def leaves_band(self, index: int, share: Fraction, within_ms: int) -> bool:
        """Say whether the symbol's price was beyond a share of a trade's soon after its release."""
        trade = self.trades[index]
        last = bisect_right(self.sent_ms, trade.sent_ms + within_ms)
        marks = (self.marks[step][trade.symbol] for step in range(index, last))
        return any(
            abs(mark - price) >= price * share
            for mark in marks
            for price in (trade.price, trade.last_price)
        )

    def price_spans(self, steps: range) -> dict[str, Span]:
        """Give the lowest and the highest price of each symbol over some releases."""
        seen: dict[str, list[Fraction]] = {
            symbol: [price] for symbol, price in self.marks[steps[0]].items()
        }
        for step in steps[1:]:
            trade = self.trades[step]
            seen[trade.symbol].append(trade.last_price)
        return {symbol: Span.around(*prices) for symbol, prices in seen.items()}


def opening_prices(evidence: Evidence) -> Marks:
    """Give the first recorded price of each symbol: the venue lists it at that."""
    opening: Marks = {}
    for fill in evidence.recording:
        opening.setdefault(fill.symbol, fill.price)
    return opening


class EquityCurve:
    """One account's equity per purse at each release, from its final cash and its fills."""

    def __init__(
        self, account: VenueAccount, tape: Tape, starts: Marks, fills_seen: Sequence[int]
    ) -> None:
        """Walk through fills and releases; `fills_seen` counts the fills before each release."""
        self.is_unified = account.mode not in {"default", "disabled"}
        self._holdings = {
            symbol: Holding(held=size, cost=size * tape.marks[0][symbol] if tape.marks else ZERO)
            for symbol, size in starts.items()
        }
        self._cash = dict(account.purses)
        for fill, closed in zip(account.fills, self._closed_by(account.fills), strict=True):
            self._move(fill.symbol, fill.fee - closed)
        self.points: list[dict[str, Fraction]] = []
        self._walk(account.fills, tape, fills_seen)

    def span(self, dex: str, steps: range) -> Span:
        """Give the lowest and the highest equity behind a dex."""
        purse = SPOT_PURSE if self.is_unified else dex
        return Span.around(*(self.points[step].get(purse, ZERO) for step in steps))

    def widest_spans(self) -> list[Span]:
        """Give, per release, all equity seen until then: of one purse alone up to all together."""
        spans: list[Span] = []
        for point in self.points:
            now = Span.around(*point.values(), sum(point.values(), ZERO))
            spans.append(Span.around(*now, *spans[-1]) if spans else now)
        return spans

    def _closed_by(self, fills: Sequence[VenueFill]) -> list[Fraction]:
        holdings = {
            symbol: Holding(held=start.held, cost=start.cost)
            for symbol, start in self._holdings.items()
        }
        return [
            holdings.setdefault(fill.symbol, Holding()).apply(fill.signed_size, fill.price, ONE)
            for fill in fills
        ]

    def _walk(self, fills: Sequence[VenueFill], tape: Tape, fills_seen: Sequence[int]) -> None:
        done = 0
        for marks, seen in zip(tape.marks, fills_seen, strict=True):
            for fill in fills[done:seen]:
                holding = self._holdings.setdefault(fill.symbol, Holding())
                self._move(fill.symbol, holding.apply(fill.signed_size, fill.price, ONE) - fill.fee)
            done = max(done, seen)
            self.points.append(self._equity(marks))

    def _move(self, symbol: str, usdc: Fraction) -> None:
        purse = SPOT_PURSE if self.is_unified else dex_of(symbol)
        self._cash[purse] = self._cash.get(purse, ZERO) + usdc

    def _equity(self, marks: Marks) -> dict[str, Fraction]:
        equity = dict(self._cash)
        for symbol, holding in self._holdings.items():
            if holding.held and symbol in marks:
                purse = SPOT_PURSE if self.is_unified else dex_of(symbol)
                profit = holding.held * marks[symbol] - holding.cost
                equity[purse] = equity.get(purse, ZERO) + profit
        return equity


def follower_curve(account: VenueAccount, tape: Tape) -> EquityCurve:
    """Give a follower's equity; its fills carry the venue's wall clock.

    What fills in the millisecond of a release cannot have been there before it was copied.
    """
    times = [Fraction(fill.time_ms) for fill in account.fills]
    return EquityCurve(account, tape, {}, [bisect_left(times, sent) for sent in tape.sent_ms])


def leader_curve(evidence: Evidence, tape: Tape) -> EquityCurve:
    """Give the leader's equity; its fills carry recorded times, so they are counted by release."""
    book = evidence.books[evidence.leader]
    starts: Marks = {}
    for fill in evidence.recording:
        starts.setdefault(fill.symbol, fill.start)
    place = {(trade.symbol, trade.sign, trade.time_ms): trade.index for trade in tape.trades}
    released = [
        (place[fill.symbol, fill.sign, fill.time_ms], fill)
        for fill in book.fills
        if (fill.symbol, fill.sign, fill.time_ms) in place
    ]
    released.sort(key=lambda item: item[0])
    indexes = [index for index, _ in released]
    account = VenueAccount(
        mode=book.mode, purses=book.purses, fills=tuple(fill for _, fill in released)
    )
    return EquityCurve(
        account, tape, starts, [bisect_right(indexes, trade.index) for trade in tape.trades]
    )
