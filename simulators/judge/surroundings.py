"""Gathers what the venue's record and the driver's record say about the time of a decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache
from math import floor

from simulators.judge.claims import Books
from simulators.judge.evidence import Evidence, Follow, Receipt
from simulators.judge.exact import ZERO, Span
from simulators.judge.ledger import FollowBook
from simulators.judge.leverages import learnt_ms
from simulators.judge.numbers import CENT, Surroundings
from simulators.judge.pace import CLOCKS_DIFFER_MS, entries_of, may_be_at_its_most
from simulators.judge.prices import (
    DECIDED_WITHIN_MS,
    EQUITY_AGE_MS,
    MARK_AGE_MS,
    Tape,
    dex_of,
    follower_curve,
    leader_curve,
    opening_prices,
)
from simulators.judge.requests import may_be_used_up
from simulators.judge.scene import Scene, is_netted, window_ms
from simulators.judge.trades import LeaderTrade

SUPPORTED_MODES = frozenset({"default", "disabled", "unifiedAccount"})
LONGEST_DECISION_MS = 60_000
LONGEST_WINDOW_MS = 90_000
SECOND_MS = 1000
CARRY_MAY_DROP = "CARRY_MAY_DROP"
UNSURE = Fraction(1, 1000)
Others = Sequence[tuple[Follow, FollowBook]]


class Witness:
    """Answers what could be known, for every pair of the run."""

    def __init__(
        self, evidence: Evidence, trades: Sequence[LeaderTrade], books: Mapping[str, Books]
    ) -> None:
        """Walk once through prices, equities and the times of orders."""
        self.evidence = evidence
        self.tape = Tape(trades, opening_prices(evidence))
        self.leader_equity = leader_curve(evidence, self.tape).widest_spans()
        self.curves = {
            follow.wallet: follower_curve(evidence.books[follow.wallet], self.tape)
            for follow in evidence.follows
        }
        indexes = {trade.trade_id: trade.index for trade in trades}
        self._next_order = {
            wallet: _next_orders(evidence, wallet, indexes) for wallet in self.curves
        }
        self._price_spans = cache(self._spans_around)
        self._later_spans = cache(self._spans_after)
        self._learnt_ms = learnt_ms(evidence, trades)
        self._decided_ms = {
            follow.follow_id: {each.trade_id: each.decided_ms for each in follow.receipts}
            for follow in evidence.follows
        }
        self._closed_ms = {
            follow.follow_id: {
                each.trade_id: _closed_ms(each, books[follow.wallet]) for each in follow.receipts
            }
            for follow in evidence.follows
        }
        self._entered = {
            follow.follow_id: entries_of(follow, books[follow.wallet])
            for follow in evidence.follows
        }

    def surroundings(self, scene: Scene) -> Surroundings:
        """Gather what an entry may rest on."""
        trade, limits = scene.trade, scene.limits
        collected_ms = window_ms(trade, scene.follow)
        known = self.evidence.books[self.evidence.leader].leverages.get(trade.symbol)
        leverages = (floor(limits.max_total_leverage), scene.market.max_leverage, known)
        prices = self._price_spans(trade.index, collected_ms)
        learnt_ms = self._learnt_ms.get(trade.symbol, trade.sent_ms)
        return Surroundings(
            own_equity=self._own_equity(scene, collected_ms),
            leader_equity=self.leader_equity[trade.index],
            unrealized=_unrealized(scene.book, prices),
            copied_notional=_copied(scene.book, trade.symbol, prices),
            leverage_cap=max(1, min(value for value in leverages if value is not None)),
            leverage_known=known is not None,
            leverage_due=known is not None and learnt_ms < trade.sent_ms,
        )

    def pressure(self, trade: LeaderTrade, follow: Follow, others: Others) -> frozenset[str]:
        """Give the reasons that the record allows; `others` are the follows of the same wallet."""
        span_ms = (trade.sent_ms, trade.sent_ms + LONGEST_DECISION_MS)
        found = {
            item.reason
            for item in self.evidence.interventions
            if item.covers(follow.follow_id, span_ms)
        }
        band = Fraction(follow.limits.slippage_bps, 10_000)
        facts = {
            "STALE": self._may_be_stale(trade, follow),
            "PRICE_OUT_OF_BAND": self.tape.leaves_band(trade.index, band, DECIDED_WITHIN_MS),
            CARRY_MAY_DROP: self.tape.leaves_band(trade.index, band, LONGEST_WINDOW_MS),
            "RATE_LIMITED": self._is_out_of_requests(trade, follow)
            or self._is_out_of_entries(trade, follow),
            "SYMBOL_IN_USE": any(_uses(trade, *other) for other in others),
            "ACCOUNT_MODE_UNSUPPORTED": self._mode(follow) not in SUPPORTED_MODES,
            "LEADER_IS_FOLLOWER": self.evidence.leader in self.curves,
        }
        return frozenset(found | {reason for reason, holds in facts.items() if holds})

    def prices_after(self, trade: LeaderTrade) -> Span:
        """Give what a trade's symbol cost from its release until a late decision about it."""
        return Span.around(*self._later_spans(trade.index)[trade.symbol], trade.price)

    def _spans_after(self, index: int) -> dict[str, Span]:
        return self.tape.price_spans(
            range(index, self.tape.around(self.tape.sent_ms[index], 0).stop)
        )

    def _spans_around(self, index: int, collected_ms: int) -> dict[str, Span]:
        sent_ms = self.tape.sent_ms[index]
        return self.tape.price_spans(self.tape.around(sent_ms, MARK_AGE_MS, collected_ms))

    def _own_equity(self, scene: Scene, collected_ms: int) -> Span:
        curve = self.curves[scene.follow.wallet]
        steps = self.tape.around(scene.trade.sent_ms, EQUITY_AGE_MS, collected_ms)
        span = curve.span(dex_of(scene.trade.symbol), steps)
        if not curve.is_unified:
            return span
        # A unified account is sized by what is not held as margin.
        bound = max(money.used for money in scene.moments) * Fraction(11, 10)
        return Span(max(ZERO, span.low - bound), span.high)

    def _mode(self, follow: Follow) -> str:
        return self.evidence.books[follow.wallet].mode

    def _may_be_stale(self, trade: LeaderTrade, follow: Follow) -> bool:
        decided_before = self._next_order[follow.wallet].get(trade.index, self.evidence.taken_ms)
        claimed_ms = self._decided_ms[follow.follow_id].get(trade.trade_id)
        if claimed_ms:  # nobody finds a trade older than it was when the copy was decided
            decided_before = min(decided_before, Fraction(claimed_ms + CLOCKS_DIFFER_MS))
        # A flip's entry waits for its exit, and is decided about again once that is done.
        if trade.kind == "flip":
            closed_ms = self._closed_ms[follow.follow_id].get(trade.trade_id, ZERO)
            decided_before = max(decided_before, closed_ms + CLOCKS_DIFFER_MS)
        age_ms = decided_before - min(trade.sent_ms, Fraction(trade.time_ms))
        return age_ms > follow.limits.max_age_seconds * SECOND_MS

    def in_motion_usdc(self, trade: LeaderTrade, follow: Follow) -> Fraction:
        """Give the notional of the wallet's orders around a trade, in USDC."""
        begins, ends = trade.sent_ms - LONGEST_WINDOW_MS, trade.sent_ms + LONGEST_WINDOW_MS
        orders = self.evidence.books[follow.wallet].orders
        moved = sum(
            (order.size * order.price for order in orders if begins <= order.received_ms <= ends),
            ZERO,
        )
        # A sale is reserved for at the price it started from, above its limit.
        return moved / (1 - follow.limits.widest_share)

    def _is_out_of_requests(self, trade: LeaderTrade, follow: Follow) -> bool:
        """Say whether the venue's requests may have been used up when a trade was decided."""
        within_ms = LONGEST_WINDOW_MS if is_netted(trade, follow) else DECIDED_WITHIN_MS
        ends_ms = trade.sent_ms + within_ms
        return may_be_used_up(self.evidence.requests, trade.sent_ms, ends_ms)

    def _is_out_of_entries(self, trade: LeaderTrade, follow: Follow) -> bool:
        """Say whether a window's end may have met the follow's own limit of entries."""
        if not is_netted(trade, follow):
            return False
        entered, most = self._entered[follow.follow_id], follow.limits.entries_per_minute
        until_ms = trade.sent_ms + LONGEST_WINDOW_MS
        return may_be_at_its_most(entered, most, trade.time_ms, until_ms)


def _closed_ms(receipt: Receipt, books: Books) -> Fraction:
    """Give when the venue had the last of a receipt's exits, 0 where it had none."""
    exits = (leg for leg in receipt.orders if leg.kind == "exit")
    return max((each.received_ms for leg in exits for each in books.booked(leg)), default=ZERO)


def _unrealized(book: FollowBook, prices: dict[str, Span]) -> Span:
    low = high = ZERO
    for symbol, holding in book.holdings.items():
        profits = [holding.held * price - holding.cost for price in prices[symbol]]
        # A symbol whose price is not known counts at its entry price.
        low, high = low + min(ZERO, *profits), high + max(ZERO, *profits)
    return Span(low, high)


def _copied(book: FollowBook, symbol: str, prices: dict[str, Span]) -> Span:
    """Value what is held at entry and around now, of this dex alone and of all."""
    sums = {"entry": ZERO, "here": ZERO, "low": ZERO, "high": ZERO}
    for held_symbol, holding in book.holdings.items():
        sums["entry"] += abs(holding.cost)
        sums["here"] += abs(holding.cost) if dex_of(held_symbol) == dex_of(symbol) else ZERO
        sums["low"] += abs(holding.held) * prices[held_symbol].low
        sums["high"] += abs(holding.held) * prices[held_symbol].high
    return Span.around(*sums.values()).widened(UNSURE, CENT + book.slack_usdc)


def _uses(trade: LeaderTrade, other: Follow, book: FollowBook) -> bool:
    if not book.holding(trade.symbol).is_free:
        return True
    return any(
        receipt.trade_id == trade.trade_id and any(leg.kind == "entry" for leg in receipt.legs)
        for receipt in other.receipts
    )


def _next_orders(evidence: Evidence, wallet: str, indexes: dict[str, int]) -> dict[int, Fraction]:
    """Give, per trade, when the first order of any later trade of this lane reached the venue."""
    received = {order.cloid: order.received_ms for order in evidence.books[wallet].orders}
    first: dict[int, Fraction] = {}
    for follow in evidence.follows:
        for receipt in follow.receipts if follow.wallet == wallet else ():
            index = indexes.get(receipt.trade_id)
            times = [received[leg.cloid] for leg in receipt.orders if leg.cloid in received]
            if index is not None and times:
                first[index] = min([*times, first.get(index, times[0])])
    found: dict[int, Fraction] = {}
    soonest: Fraction | None = None
    for index in sorted(indexes.values(), reverse=True):
        if soonest is not None:
            found[index] = soonest
        if index in first:
            soonest = first[index] if soonest is None else min(first[index], soonest)
    return found
