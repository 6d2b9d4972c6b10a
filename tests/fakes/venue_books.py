"""The books of the in-memory venue: money, positions, fills and orders; one price per symbol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from understudy.adapters.venues.hyperliquid.errors import RejectionKind
from understudy.adapters.venues.hyperliquid.outcomes import AVERAGE_DECIMALS
from understudy.domain.account_history import FundingPayment, OwnFill
from understudy.domain.follows import AccountMode
from understudy.domain.intents import Accepted, Rejected
from understudy.domain.markets import Market
from understudy.domain.money import ONE, ZERO, divide, multiply, toward_zero
from understudy.domain.trades import Fill, Side
from understudy.ports.venue import NotFound, OrderReport

DEFAULT_LEVERAGE = 10
NO_MATCH = "Order could not immediately match against any resting orders."


@dataclass(frozen=True, slots=True)
class Order:
    """One immediate-or-cancel order."""

    market: Market
    side: Side
    size: Decimal
    limit_price: Decimal
    reduce_only: bool
    client_order_id: str


@dataclass(slots=True)
class Position:
    """Signed size at an average entry price."""

    size: Decimal = ZERO
    entry: Decimal = ZERO

    def move(self, signed_size: Decimal, price: Decimal) -> Decimal:
        """Take an execution in and give the profit of what it closed."""
        closed = ZERO
        if self.size and (self.size > 0) != (signed_size > 0):
            closed = min(abs(self.size), abs(signed_size))
        sign = 1 if self.size > 0 else -1
        profit = closed * (price - self.entry) * sign
        after = self.size + signed_size
        if not closed:
            cost = abs(self.size) * self.entry + abs(signed_size) * price
            self.entry = divide(cost, abs(after))
        elif abs(signed_size) > closed:
            self.entry = price
        self.size = after
        return profit


@dataclass(slots=True)
class Book:
    """One account."""

    mode: AccountMode = AccountMode.STANDARD
    cash: dict[str, Decimal] = field(default_factory=dict)
    positions: dict[str, Position] = field(default_factory=dict)
    leverages: dict[str, int] = field(default_factory=dict)
    isolated: set[str] = field(default_factory=set)
    fills: list[OwnFill] = field(default_factory=list)
    funding: list[FundingPayment] = field(default_factory=list)
    reports: dict[str, OrderReport] = field(default_factory=dict)

    def purse(self, dex: str) -> str:
        return "" if self.mode is AccountMode.UNIFIED else dex

    @property
    def symbols(self) -> frozenset[str]:
        return frozenset(symbol for symbol, held in self.positions.items() if held.size)

    def held(self, symbol: str) -> Decimal:
        position = self.positions.get(symbol)
        return position.size if position else ZERO


class Books:
    """All accounts, prices and how much can be had at them."""

    def __init__(self) -> None:
        self.accounts: dict[str, Book] = {}
        self.prices: dict[str, Decimal] = {}
        self.depths: dict[str, Decimal] = {}
        self.fee_share = ONE
        self._executions = 0
        self._placed = 0

    def account(self, address: str) -> Book:
        book = self.accounts.get(address)
        if book is None:
            book = self.accounts[address] = Book()
        return book

    def report(self, address: str, client_order_id: str) -> OrderReport:
        return self.account(address).reports.get(client_order_id, NotFound())

    def place(self, address: str, order: Order, time_ms: int) -> Accepted | str:
        """Match an order; a text is the refusal."""
        book = self.account(address)
        size = self._matched(book, order)
        if isinstance(size, str):
            if size.startswith("Order could not"):
                rejected = Rejected(RejectionKind.NO_MATCH, "iocCancelRejected")
                book.reports[order.client_order_id] = rejected
            return size
        self._placed += 1
        fills = [
            self.execute(address, order.market, order.side, part, price, time_ms, order)
            for part, price in self._levels(order, size)
        ]
        price, order_id = _mean_price(fills), fills[0].order_id
        fee = sum((each.fee for each in fills), ZERO)
        book.reports[order.client_order_id] = Accepted(size, price, order_id, fee)
        return Accepted(size, price, order_id)

    def execute(
        self,
        address: str,
        market: Market,
        side: Side,
        size: Decimal,
        price: Decimal,
        time_ms: int,
        order: Order | None = None,
    ) -> OwnFill:
        """Move an account's position and money by one execution."""
        self._executions += 1
        book = self.account(address)
        position = book.positions.setdefault(market.symbol, Position())
        start = position.size
        profit = position.move(size * side.sign, price)
        fee = multiply(size, price, market.taker_fee, self.fee_share)
        purse = book.purse(market.dex)
        book.cash[purse] = book.cash.get(purse, ZERO) + profit - fee
        fill = Fill(
            symbol=market.symbol,
            side=side,
            price=price,
            size=size,
            time_ms=time_ms,
            tid=str(self._executions),
            seen_at_ms=time_ms,
            start_position=start,
        )
        name, number = (order.client_order_id, self._placed) if order else ("", 0)
        done = OwnFill(fill, str(number), name, profit, fee)
        book.fills.append(done)
        return done

    def pay_funding(self, market: Market, rate: Decimal, time_ms: int) -> None:
        for book in self.accounts.values():
            paid = -multiply(book.held(market.symbol), self.prices[market.symbol], rate)
            if paid:
                purse = book.purse(market.dex)
                book.cash[purse] = book.cash.get(purse, ZERO) + paid
                book.funding.append(FundingPayment(market.symbol, paid, time_ms))

    def set_leverage(self, address: str, symbol: str, action: Mapping[str, Any]) -> Any:
        """Set a symbol's leverage and margin mode; a position keeps the mode it has."""
        book = self.account(address)
        if book.held(symbol) and action["isCross"] is (symbol in book.isolated):
            text = "Cannot switch leverage type with open position."
            return {"status": "err", "response": text}
        book.leverages[symbol] = action["leverage"]
        (book.isolated.discard if action["isCross"] else book.isolated.add)(symbol)
        return {"status": "ok", "response": {"type": "default"}}

    def _levels(self, order: Order, size: Decimal) -> Sequence[tuple[Decimal, Decimal]]:
        """Give in which parts an order fills, each at its price."""
        return ((size, self.prices[order.market.symbol]),)

    def _matched(self, book: Book, order: Order) -> Decimal | str:
        price = self.prices.get(order.market.symbol)
        if price is None or (order.limit_price - price) * order.side.sign < 0:
            return NO_MATCH
        held = book.held(order.market.symbol)
        size = order.size
        if order.reduce_only:
            if not held or (held > 0) == (order.side is Side.BUY):
                return "Reduce only order would increase position."
            size = min(size, abs(held))
        closes_all = order.reduce_only and size == abs(held)
        if not closes_all and order.market.below_minimum(order.size, order.limit_price):
            return "Order must have minimum value of $10."
        depth = self.depths.get(order.market.symbol, size)
        size = min(size, depth)
        return size or NO_MATCH


def _mean_price(fills: Sequence[OwnFill]) -> Decimal:
    if len(fills) == 1:
        return fills[0].fill.price
    cost = sum((multiply(each.fill.size, each.fill.price) for each in fills), ZERO)
    size = sum((each.fill.size for each in fills), ZERO)
    return toward_zero(divide(cost, size), AVERAGE_DECIMALS)
