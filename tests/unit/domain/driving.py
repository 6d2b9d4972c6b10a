"""A follow driven through the pure rules against books of its own: thin, late, moving, and kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from tests.fakes.builders import FOLLOW, NOW_MS, follow, intent, market, situation, trade
from tests.fakes.venue_books import Position
from understudy.domain.decisions import decide, decide_entry, decide_gap
from understudy.domain.exits import exit_size
from understudy.domain.follows import Budget, Ledger, Pending
from understudy.domain.intents import Accepted, Intent
from understudy.domain.leaders import LeaderAccount
from understudy.domain.limits import Limits
from understudy.domain.money import ZERO, multiply
from understudy.domain.plans import Decision, OrderPlan
from understudy.domain.settlement import settle
from understudy.domain.situation import Situation
from understudy.domain.trades import Trade

FEE = Decimal("0.00045")
MARKET = market(taker_fee=FEE)


@dataclass(frozen=True)
class Weather:
    """What an order meets: how much can be had, how far the price moved, whether we hear of it."""

    depth: Decimal
    slip: Decimal
    is_heard: bool


@dataclass(frozen=True)
class Placed:
    """An order as it was decided, with what was held and pending then.

    `counts_ms` is the trade's time, or when the order went, if a window collected the trade.
    """

    asked: Situation
    decision: Decision
    order: OrderPlan
    held: Decimal
    pending: Decimal
    counts_ms: int


class Driven:
    """Every symbol of one follow; `placed` collects its orders."""

    def __init__(self, own: Limits, leader: LeaderAccount) -> None:
        self.follow = follow(own)
        self.leader = leader
        self.budget = Budget(FOLLOW)
        self.ledgers: dict[str, Ledger] = {}
        self.positions: dict[str, Position] = {}
        self.leaders: dict[str, Decimal] = {}
        self.trades: dict[str, Trade] = {}
        self.unheard: list[tuple[Intent, Accepted | None]] = []
        self.placed: list[Placed] = []
        self.cash = ZERO
        self.seq = 0
        self.now_ms = NOW_MS

    def ledger(self, symbol: str) -> Ledger:
        return self.ledgers.get(symbol) or Ledger(FOLLOW, symbol)

    def held(self, symbol: str) -> Decimal:
        return self.positions.setdefault(symbol, Position()).size

    def move(
        self, symbol: str, end: Decimal, price: Decimal, weather: Weather, gap_ms: int = 61_000
    ) -> None:
        """Let the leader trade so long after the last time, and do what the lane does about it."""
        start = self.leaders.get(symbol, ZERO)
        if start == end:
            return
        self.leaders[symbol] = end
        self.seq += 1
        self.now_ms += gap_ms
        self.trades[symbol] = trade(
            str(start),
            str(end),
            str(price),
            symbol=symbol,
            seq=self.seq,
            time_ms=self.now_ms,
            seen_at_ms=self.now_ms,
        )
        asked = self._situation(symbol)
        self._do(symbol, asked, decide(asked), weather)
        self._go_on(symbol, weather)

    def converge(self, symbol: str, weather: Weather) -> None:
        """Let a slower mode's window end, or an exit be tried again."""
        ledger = self.ledger(symbol)
        if symbol not in self.trades or ledger.pending:
            return
        asked = self._situation(symbol)
        self._do(symbol, asked, decide_gap(asked, window_ends=True), weather, asked.now_ms)
        self._go_on(symbol, weather)

    def hear(self) -> None:
        """Learn what became of every order that was not heard of."""
        unheard, self.unheard = self.unheard, []
        for lost, outcome in unheard:
            self._settle(lost, outcome)

    def flatten(self, price: Decimal) -> None:
        """Let the leader close everything in a deep market, and everything be heard of."""
        calm = Weather(Decimal(10**9), ZERO, is_heard=True)
        self.hear()
        for symbol in list(self.leaders):
            self.move(symbol, ZERO, price, calm)
            self.converge(symbol, calm)

    def _situation(self, symbol: str) -> Situation:
        ledger = self.ledger(symbol)
        others = {name: each for name, each in self.ledgers.items() if name != symbol}
        return situation(
            self.trades[symbol],
            self.follow,
            ledger,
            others=others,
            budget=self.budget,
            leader_account=self.leader,
            market=market(symbol),
            now_ms=self.now_ms + 100,
        )

    def _go_on(self, symbol: str, weather: Weather) -> None:
        """Try an exit once more, then enter what waited for it."""
        for asked, decision in self._next(symbol):
            self._do(symbol, asked, decision, weather)

    def _next(self, symbol: str) -> Iterator[tuple[Situation, Decision]]:
        if exit_size(self.ledger(symbol), market()) and not self.ledger(symbol).pending:
            asked = self._situation(symbol)
            yield asked, decide_gap(asked)
        ledger = self.ledger(symbol)
        if ledger.waiting and not ledger.pending and not exit_size(ledger, market()):
            self.ledgers[symbol] = replace(ledger, waiting=None)
            asked = replace(self._situation(symbol), trade=ledger.waiting.trade)
            yield asked, decide_entry(asked, ledger.waiting.increase)

    def _do(
        self,
        symbol: str,
        asked: Situation,
        decision: Decision,
        weather: Weather,
        went_ms: int = 0,
    ) -> None:
        order = decision.order
        if order is None:
            self.ledgers[symbol] = decision.ledger
            return
        before = self.ledger(symbol)
        pending = before.pending_entry_size
        counts_ms = max(asked.trade.time_ms, went_ms)
        self.placed.append(Placed(asked, decision, order, self.held(symbol), pending, counts_ms))
        name = f"i{len(self.placed)}"
        intent = pinned(order, symbol, name, seq=self.seq, created_at_ms=self.now_ms)
        under_way = Pending(
            intent.intent_id, intent.signed_size, order.reduce_only, order.margin, intent.notional
        )
        if order.reduce_only:
            under_way = replace(under_way, margin=ZERO, notional=ZERO)
        ledger = decision.ledger
        self.ledgers[symbol] = replace(ledger, pending=(*ledger.pending, under_way))
        recent = decision.recent_entries_ms or self.budget.recent_entries_ms
        reserved = self.budget.reserved + order.margin
        self.budget = replace(self.budget, reserved=reserved, recent_entries_ms=recent)
        outcome = self._executed(intent, asked.trade.price, weather)
        if weather.is_heard:
            self._settle(intent, outcome)
        else:
            self.unheard.append((intent, outcome))

    def _executed(self, intent: Intent, price: Decimal, weather: Weather) -> Accepted | None:
        """Fill at a price between the trade's and the worst that the order allows."""
        size, held = min(intent.size, weather.depth), self.held(intent.symbol)
        if intent.reduce_only:
            against = held * intent.side.sign < 0
            size = min(size, abs(held)) if against else ZERO
        if not size:
            return None
        at = price + (intent.limit_price - price) * weather.slip
        profit = self.positions[intent.symbol].move(size * intent.side.sign, at)
        self.cash += profit - multiply(size, at, FEE)
        return Accepted(size, at, "1")

    def _settle(self, intent: Intent, outcome: Accepted | None) -> None:
        ledger = self.ledger(intent.symbol)
        after = settle(intent, outcome, ledger, self.budget, market=MARKET, now_ms=self.now_ms)
        # The breaker and the drawdown have tests of their own; here nothing stops the follow.
        self.budget = replace(after.budget, failures_in_row=0, breaker_opened_at_ms=0)
        self.ledgers[intent.symbol] = after.ledger


def pinned(order: OrderPlan, symbol: str, name: str, *, seq: int, created_at_ms: int = 0) -> Intent:
    """Pin an order of FOLLOW under this name."""
    return intent(
        name,
        kind=order.kind,
        symbol=symbol,
        side=order.side,
        size=order.size,
        limit_price=order.limit_price,
        reduce_only=order.reduce_only,
        leverage=order.leverage,
        nonce=seq,
        margin=order.margin,
        attempt=1,
        seq=seq,
        created_at_ms=created_at_ms,
        reference_price=order.reference_price,
    )
