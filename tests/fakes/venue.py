"""A venue in memory: takes the real signed bytes, keeps simple books, and fails by script."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import replace
from decimal import Decimal
from enum import Enum, auto
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any

from tests.fakes.venue_books import DEFAULT_LEVERAGE, Book, Books, Order, Position
from understudy.adapters.venues.hyperliquid.constants import Chain
from understudy.adapters.venues.hyperliquid.errors import UnknownCause
from understudy.adapters.venues.hyperliquid.outcomes import action_outcome
from understudy.adapters.venues.hyperliquid.signers import signer_of, signer_of_sent
from understudy.domain.errors import VenueUnreachableError
from understudy.domain.follows import Account, AccountMode
from understudy.domain.intents import Outcome, Signed, Unknown
from understudy.domain.leaders import LeaderAccount
from understudy.domain.money import ZERO, divide
from understudy.domain.trades import Fill, Side
from understudy.ports.venue import LeaderSnapshot, OrderReport

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from understudy.domain.account_history import FundingPayment, OwnFill
    from understudy.domain.ids import WalletId
    from understudy.domain.markets import Market
    from understudy.ports.clock import Clock


class Fault(Enum):
    """What goes wrong with one sending."""

    NEVER_ARRIVES = auto()
    TIMES_OUT_AFTER_ACCEPT = auto()
    LANDS_LATE = auto()  # arrives with `land_late`
    RATE_LIMITED = auto()
    SERVER_ERROR = auto()


_CAUSES = {
    Fault.NEVER_ARRIVES: UnknownCause.TIMEOUT,
    Fault.TIMES_OUT_AFTER_ACCEPT: UnknownCause.TIMEOUT,
    Fault.LANDS_LATE: UnknownCause.TIMEOUT,
    Fault.RATE_LIMITED: UnknownCause.RATE_LIMITED,
    Fault.SERVER_ERROR: UnknownCause.SERVER_ERROR,
}


class InMemoryVenue:
    """Implements Venue. `faults` strike the next sendings in order; `is_down` strikes questions."""

    def __init__(self, clock: Clock, markets: Sequence[Market]) -> None:
        self.books = Books()
        self.faults: deque[Fault | str | None] = deque()
        self.is_down = False
        self.sent: list[str] = []
        self._clock = clock
        self._markets = {market.asset: market for market in markets}
        self._symbols = {market.symbol: market for market in markets}
        self._agents: dict[str, str] = {}
        self._nonces: set[tuple[str, int]] = set()
        self._late: list[str] = []
        self._lock = Lock()

    def fund(
        self, address: str, usdc: str, *, mode: AccountMode = AccountMode.STANDARD, dex: str = ""
    ) -> None:
        """Pay into an account."""
        book = self.books.account(address)
        book.mode = mode
        purse = book.purse(dex)
        book.cash[purse] = book.cash.get(purse, ZERO) + Decimal(usdc)

    def approve(self, agent: str, address: str) -> None:
        """Let an agent trade for an account."""
        self._agents[agent] = address

    def list_market(self, market: Market) -> None:
        """Let a market be traded from now on."""
        self._markets[market.asset] = self._symbols[market.symbol] = market

    def revoke(self, agent: str) -> None:
        """Take an agent's approval away."""
        del self._agents[agent]

    def set_price(self, symbol: str, price: str, depth: str | None = None) -> None:
        """Move a price; `depth` is what one order can have at it, None without limit."""
        self.books.prices[symbol] = Decimal(price)
        self.books.depths.pop(symbol, None)
        if depth is not None:
            self.books.depths[symbol] = Decimal(depth)

    def trade(self, address: str, symbol: str, signed_size: str, price: str | None = None) -> Fill:
        """Let an account trade by other means than ours, as leaders do."""
        moved = Decimal(signed_size)
        at = self.books.prices[symbol] if price is None else Decimal(price)
        market, side, now_ms = self._symbols[symbol], Side.of(moved), self._clock.now_ms()
        return self.books.execute(address, market, side, abs(moved), at, now_ms).fill

    def liquidate(self, address: str, symbol: str, signed_size: str) -> None:
        """Close a part of an account's position by force, at the price of the moment."""
        self.trade(address, symbol, signed_size)
        fills = self.books.account(address).fills
        fills[-1] = replace(fills[-1], fill=replace(fills[-1].fill, liquidated_user=address))

    def pay_funding(self, symbol: str, rate: str) -> None:
        """Let every account's position be paid: longs pay a rate above zero, shorts get it."""
        self.books.pay_funding(self._symbols[symbol], Decimal(rate), self._clock.now_ms())

    def land_late(self) -> None:
        """Let everything arrive that was on its way."""
        late, self._late = self._late, []
        for body in late:
            self._perform(body)

    def submit(self, signed: Signed, *, first: bool, account: str = "") -> Outcome:
        self.sent.append(signed.body)
        fault = self.faults.popleft() if self.faults else None
        if isinstance(fault, str):
            return self._classified(_refusal(fault), signed.body, first=first, account=account)
        if fault is Fault.LANDS_LATE:
            self._late.append(signed.body)
        if fault in {None, Fault.TIMES_OUT_AFTER_ACCEPT}:
            answer = self._perform(signed.body)
        return (
            self._classified(answer, signed.body, first=first, account=account)
            if fault is None
            else Unknown(_CAUSES[fault])
        )

    def order_report(self, address: str, client_order_id: str) -> OrderReport:
        self._answer()
        return self.books.report(address, client_order_id)

    def account(
        self,
        wallet_id: WalletId,
        address: str,
        dexes: Sequence[str],
        *,
        before: Account | None = None,
        urgent: bool = False,
    ) -> Account:
        del urgent
        self._answer()
        book, now_ms = self.books.account(address), self._clock.now_ms()
        positions = self._positions(address)
        known = before if before is not None and before.knows_mode(now_ms) else None
        is_unified = book.mode is AccountMode.UNIFIED
        return Account(
            wallet_id=wallet_id,
            mode=known.mode if known else book.mode,
            mode_read_at_ms=known.mode_read_at_ms if known else now_ms,
            equity={dex: self._equity(address, dex) for dex in dexes},
            margin_used={dex: ZERO if is_unified else self._margin(address, dex) for dex in dexes},
            positions=positions,
            leverages={symbol: self._leverage(address, symbol) for symbol in positions},
            read_at_ms=now_ms,
            isolated=tuple(symbol for symbol in positions if symbol in book.isolated),
        )

    def leader_snapshot(
        self, address: str, dexes: Sequence[str], *, before: LeaderAccount | None = None
    ) -> LeaderSnapshot:
        self._answer()
        book, now_ms = self.books.account(address), self._clock.now_ms()
        purses = [""] if book.mode is AccountMode.UNIFIED else dexes
        equity = sum((self._equity(address, dex) for dex in purses), ZERO)
        positions = self._positions(address)
        leverages = {symbol: self._leverage(address, symbol) for symbol in positions}
        known = before if before is not None and before.knows_mode(now_ms) else None
        account = LeaderAccount(
            equity,
            leverages,
            now_ms,
            mode=known.mode if known else book.mode,
            mode_read_at_ms=known.mode_read_at_ms if known else now_ms,
        )
        return LeaderSnapshot(positions, account, now_ms)

    def leader_leverages(self, address: str, dex: str) -> Mapping[str, int]:
        self._answer()
        held = (symbol for symbol in self._positions(address) if self._symbols[symbol].dex == dex)
        return {symbol: self._leverage(address, symbol) for symbol in held}

    def fills_since(self, address: str, start_ms: int) -> Sequence[Fill]:
        return [own.fill for own in self.own_fills_since(address, start_ms)]

    def own_fills_since(self, address: str, start_ms: int) -> Sequence[OwnFill]:
        self._answer()
        fills = self.books.account(address).fills
        return [own for own in fills if own.fill.time_ms >= start_ms]

    def funding_since(self, address: str, start_ms: int) -> Sequence[FundingPayment]:
        self._answer()
        payments = self.books.account(address).funding
        return [payment for payment in payments if payment.time_ms >= start_ms]

    def markets(self) -> Sequence[Market]:
        self._answer()
        return tuple(self._markets.values())

    def _answer(self) -> None:
        if self.is_down:
            raise VenueUnreachableError("the venue did not answer", venue="memory", status=0)

    def _classified(self, answer: Any, body: str, *, first: bool, account: str) -> Outcome:
        text = json.dumps(answer).encode()
        signer = partial(signer_of, body, Chain.TESTNET)
        return action_outcome(200, text, first=first, signer=signer, account=account)

    def _perform(self, body: str) -> Any:
        sent = json.loads(body)
        agent = signer_of_sent(sent, Chain.TESTNET)
        with self._lock:
            address = self._agents.get(agent)
            if address is None:
                return _refusal(f"User or API Wallet {agent} does not exist.")
            if sent["expiresAfter"] is not None and self._clock.now_ms() > sent["expiresAfter"]:
                return _refusal("Action already expired")
            if (agent, sent["nonce"]) in self._nonces:
                return _refusal(f"Invalid nonce: duplicate nonce {sent['nonce']}")
            self._nonces.add((agent, sent["nonce"]))
            return self._act(address, sent["action"])

    def _act(self, address: str, action: Mapping[str, Any]) -> Any:
        if action["type"] == "updateLeverage":
            return self.books.set_leverage(address, self._markets[action["asset"]].symbol, action)
        if action["type"] != "order":
            return {"status": "ok", "response": {"type": "default"}}
        (wire,) = action["orders"]
        order = Order(
            market=self._markets[wire["a"]],
            side=Side.BUY if wire["b"] else Side.SELL,
            size=Decimal(wire["s"]),
            limit_price=Decimal(wire["p"]),
            reduce_only=wire["r"],
            client_order_id=wire["c"],
        )
        placed = self.books.place(address, order, self._clock.now_ms())
        if isinstance(placed, str):
            return _status({"error": placed})
        filled = {
            "totalSz": str(placed.filled_size),
            "avgPx": str(placed.average_price),
            "oid": placed.order_id,
        }
        return _status({"filled": filled})

    def _positions(self, address: str) -> dict[str, Decimal]:
        positions = self.books.account(address).positions
        return {symbol: held.size for symbol, held in positions.items() if held.size}

    def _leverage(self, address: str, symbol: str) -> int:
        return self.books.account(address).leverages.get(symbol, DEFAULT_LEVERAGE)

    def _in(self, book: Book, dex: str) -> list[tuple[str, Position]]:
        """Give the positions whose margin lies in the purse of a dex."""
        purse, symbols = book.purse(dex), self._symbols
        held = [(symbol, each) for symbol, each in book.positions.items() if each.size]
        return [each for each in held if book.purse(symbols[each[0]].dex) == purse]

    def _equity(self, address: str, dex: str) -> Decimal:
        book, prices = self.books.account(address), self.books.prices
        unrealized = ZERO
        for symbol, position in self._in(book, dex):
            unrealized += position.size * (prices[symbol] - position.entry)
        held_back = self._margin(address, dex) if book.mode is AccountMode.UNIFIED else ZERO
        return book.cash.get(book.purse(dex), ZERO) + unrealized - held_back

    def _margin(self, address: str, dex: str) -> Decimal:
        book, prices = self.books.account(address), self.books.prices
        margin = ZERO
        for symbol, position in self._in(book, dex):
            leverage = book.leverages.get(symbol, DEFAULT_LEVERAGE)
            margin += divide(abs(position.size) * prices[symbol], Decimal(leverage))
        return margin


def _status(status: Mapping[str, Any]) -> Any:
    data = {"type": "order", "data": {"statuses": [status]}}
    return {"status": "ok", "response": data}


def _refusal(text: str) -> Any:
    return {"status": "err", "response": text}
