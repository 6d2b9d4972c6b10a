"""Runs of the production workflows in memory, as evidence on which no honest system is accused."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from tests.fakes.builders import LEADER, NOW_MS, market
from tests.fakes.venue_books import Order
from tests.fakes.world import World
from understudy.domain.account_history import OwnFill
from understudy.domain.codec import to_plain
from understudy.domain.ids import FollowId
from understudy.domain.intents import Accepted, Outcome, Signed
from understudy.domain.limits import Limits, Sizing, SizingKind
from understudy.domain.markets import HYPERLIQUID, PriceGrid
from understudy.domain.trades import Side
from understudy.messages import LeaderFills

SIDES = {Side.BUY: "B", Side.SELL: "A"}
STEPPED_MS = 45_000
LEADER_LEVERAGE = 10
DECIMALS = {"BTC": 3, "ETH": 2, "SOL": 1}


def ratio(budget: str, percent: str, **changes: Any) -> Limits:
    """Give limits that copy a share of the leader's sizes."""
    sizing = Sizing(SizingKind.RATIO, percent=Decimal(percent))
    return Limits(copy_budget_usdc=Decimal(budget), sizing=sizing, **changes)


class ProductionRun:
    """Leader trades go in, `evidence` comes out; follows are made by `limits` by name."""

    def __init__(
        self, limits: dict[str, Limits], decimals: dict[str, int], equity: str = "1000000"
    ) -> None:
        self.markets = [
            market(
                symbol,
                asset=number,
                size_decimals=places,
                dex=_dex(symbol),
                prices=PriceGrid(max_decimals=6 - places, significant_figures=5),
            )
            for number, (symbol, places) in enumerate(decimals.items())
        ]
        self.world = World(self.markets)
        for each in self.markets:
            self.world.leader_uses(each.symbol, LEADER_LEVERAGE)
        self.orders: list[dict[str, Any]] = []
        self.releases: list[dict[str, Any]] = []
        self.adjustments: list[dict[str, Any]] = []
        self.refused_actions: dict[str, list[dict[str, Any]]] = {}
        self.follows: dict[str, FollowId] = {}
        for number, (name, chosen) in enumerate(limits.items(), start=1):
            self.follows[name] = self.world.follow(chosen, str(number), equity)
            for dex in {each.dex for each in self.markets} - {""}:
                self.world.venue.fund("0x" + str(number).rjust(40, "a"), equity, dex=dex)
        self._record_orders()
        self._record_refused_actions()
        self._round_equities()
        self.world.begin()

    def trade(
        self,
        symbol: str,
        parts: Iterable[tuple[str, str]],
        gap_ms: int,
        depth: str | None = None,
    ) -> None:
        """Let the leader trade in parts of (signed size, price), `gap_ms` after the last trade.

        `depth` is what one order of a follower can have afterwards.
        """
        if self.releases:
            self._pass(gap_ms)
        now_ms, fills = self.world.clock.now_ms(), []
        for size, price in parts:
            self.world.price(symbol, price, depth)
            fills.append(self.world.venue.trade(LEADER, symbol, size, price))
        side = fills[0].side.value
        sent = {"symbol": symbol, "side": side, "time_ms": now_ms, "sent_ms": now_ms}
        self.releases.append(sent)
        self.world.queues.to_leader_sync([LeaderFills(HYPERLIQUID, LEADER, tuple(fills))])
        self.world.pump()

    def adjust(self, symbol: str, size: str, repairs: int = 2) -> None:
        """Let the venue move the leader's position without a fill, and the sweep look at it."""
        self._pass(1_000)
        position = self.world.venue.books.account(LEADER).positions[symbol]
        moved = {"symbol": symbol, "start": str(position.size), "end": size}
        self.adjustments.append({**moved, "at_ms": self.world.clock.now_ms()})
        position.size = Decimal(size)
        for _ in range(repairs):
            self.world.queues.to_leader_sync([LeaderFills(HYPERLIQUID, LEADER, (), after_gap=True)])
            self.world.pump()
            self._pass(60_000)

    def evidence(self) -> dict[str, Any]:
        """Give the run as plain JSON, a minute and a half after the last trade."""
        self._pass(90_000)
        recording = [_fill(own) for own in self.world.venue.books.account(LEADER).fills]
        return {
            "venue": HYPERLIQUID,
            "leader": LEADER,
            "taken_ms": self.world.clock.now_ms(),
            "recording": [{**fill, "time": fill["time"] - NOW_MS} for fill in recording],
            "release": self.releases,
            "adjustments": self.adjustments,
            "markets": {
                each.symbol: {
                    "size_decimals": each.size_decimals,
                    "max_leverage": each.max_leverage,
                    "min_notional": str(each.min_notional),
                }
                for each in self.markets
            },
            "books": {LEADER: self._book(LEADER), **self._follower_books()},
            "follows": [self._follow(name, follow) for name, follow in self.follows.items()],
        }

    def _pass(self, gap_ms: int) -> None:
        stepped = min(gap_ms, STEPPED_MS)
        self.world.pass_time(stepped // 1000)
        self.world.clock.advance(gap_ms - stepped // 1000 * 1000)
        self.world.pump()

    def _record_orders(self) -> None:
        place = self.world.venue.books.place

        def recorded(address: str, order: Order, time_ms: int) -> Accepted | str:
            answer = place(address, order, time_ms)
            self.orders.append(_order(address, order, time_ms, answer))
            return answer

        self.world.venue.books.place = recorded  # type: ignore[method-assign]  # a witness

    def _record_refused_actions(self) -> None:
        """Note what was refused as one action too many, as a venue that counts them does."""
        venue = self.world.venue
        submit = venue.submit

        def recorded(signed: Signed, *, first: bool, account: str = "") -> Outcome:
            if venue.faults and str(venue.faults[0]).startswith("Too many cumulative requests"):
                refused = self.refused_actions.setdefault(account, [])
                orders = json.loads(signed.body)["action"].get("orders", ())
                reduces = any(order["r"] for order in orders)
                refused.append({"time_ms": self.world.clock.now_ms(), "reduces": reduces})
            return submit(signed, first=first, account=account)

        venue.submit = recorded  # type: ignore[method-assign]  # a witness

    def _round_equities(self) -> None:
        """Show equities and margins as a venue does: the fake divides to sixty digits."""
        venue = self.world.venue
        exact_equity, exact_margin = venue._equity, venue._margin

        def equity(address: str, dex: str) -> Decimal:
            return round(exact_equity(address, dex), 6)

        def margin(address: str, dex: str) -> Decimal:
            return round(exact_margin(address, dex), 6)

        venue._equity = equity  # type: ignore[method-assign]  # a wire's precision
        venue._margin = margin  # type: ignore[method-assign]  # a wire's precision

    def _follower_books(self) -> dict[str, Any]:
        addresses = (self.world.table.follows[follow].wallet_address for follow in self._ids())
        return {address: self._book(address) for address in addresses}

    def _ids(self) -> Iterable[FollowId]:
        return self.follows.values()

    def _book(self, address: str) -> dict[str, Any]:
        book = self.world.venue.books.account(address)
        held = {symbol: one.size for symbol, one in book.positions.items() if one.size}
        pinned = {each.client_order_id: each.nonce for each in self.world.table.intents.values()}
        return {
            "purses": {dex: str(cash) for dex, cash in book.cash.items()},
            "orders": [
                {**order, "nonce": pinned[order["cloid"]]}
                for order in self.orders
                if order["user"] == address
            ],
            "fills": [_fill(own) for own in book.fills],
            "positions": {symbol: str(size) for symbol, size in held.items()},
            "leverages": {each.symbol: {"value": LEADER_LEVERAGE} for each in self.markets},
            "refused_actions": self.refused_actions.get(address, []),
        }

    def _follow(self, name: str, follow_id: FollowId) -> dict[str, Any]:
        follow = self.world.table.follows[follow_id]
        ledgers = self.world.table.ledgers[follow_id]
        return {
            "follow_id": name,
            "wallet_address": follow.wallet_address,
            "limits": to_plain(follow.limits),
            "perfect": name == "perfect",
            "receipts": [to_plain(receipt) for receipt in self.world.receipts(follow_id)],
            "portfolio": {
                symbol: str(ledger.held) for symbol, ledger in ledgers.items() if ledger.held
            },
        }


def _dex(symbol: str) -> str:
    return symbol.partition(":")[0] if ":" in symbol else ""


def _fill(own: OwnFill) -> dict[str, Any]:
    fill = own.fill
    return {
        "coin": fill.symbol,
        "side": SIDES[fill.side],
        "px": str(fill.price),
        "sz": str(fill.size),
        "time": fill.time_ms,
        "startPosition": str(fill.start_position),
        "tid": fill.tid,
        "oid": own.order_id,
        "fee": str(own.fee),
    }


def _order(address: str, order: Order, time_ms: int, answer: Accepted | str) -> dict[str, Any]:
    accepted = isinstance(answer, Accepted)
    return {
        "user": address,
        "cloid": order.client_order_id,
        "oid": answer.order_id if isinstance(answer, Accepted) else f"refused {time_ms}",
        "coin": order.market.symbol,
        "side": SIDES[order.side],
        "px": str(order.limit_price),
        "sz": str(order.size),
        "filled": str(answer.filled_size) if isinstance(answer, Accepted) else "0",
        "status": "filled" if accepted else "iocCancelRejected",
        "received_ms": time_ms,
    }
