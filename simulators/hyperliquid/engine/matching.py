"""Finds whom an incoming order trades with: waiting users before the house at equal price. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from heapq import merge
from typing import TYPE_CHECKING

from simulators.hyperliquid.engine.ladder import house_levels
from simulators.hyperliquid.engine.orders import Order

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulators.hyperliquid.engine.market import Market
    from simulators.hyperliquid.engine.resting import RestingOrders


@dataclass(frozen=True, slots=True)
class Quote:
    """Something to trade against; ``maker`` is None for the house."""

    price: Decimal
    size: Decimal
    maker: Order | None = None


@dataclass(frozen=True, slots=True)
class Execution:
    """One trade to be settled."""

    price: Decimal
    size: Decimal
    maker: Order | None


def quotes(market: Market, resting: RestingOrders, *, asks: bool) -> Iterator[Quote]:
    """Yield all quotes of one side from the best outwards."""
    waiting = (Quote(o.price, o.remaining, o) for o in resting.walk(asks=asks))
    house = (Quote(price, size) for price, size in house_levels(market, asks=asks))
    return merge(waiting, house, key=lambda quote: quote.price if asks else -quote.price)


def crosses(order: Order, price: Decimal) -> bool:
    """Tell whether ``order`` may trade at ``price``."""
    return order.price >= price if order.is_buy else order.price <= price


def executions(
    order: Order, limit_size: Decimal, market: Market, resting: RestingOrders
) -> list[Execution]:
    """Return the trades of ``order`` up to ``limit_size``, best price first."""
    found: list[Execution] = []
    left = limit_size
    for quote in quotes(market, resting, asks=order.is_buy):
        if left <= 0 or not crosses(order, quote.price):
            break
        size = min(left, quote.size)
        found.append(Execution(quote.price, size, quote.maker))
        left -= size
    return found


def best_prices(market: Market, resting: RestingOrders) -> tuple[Decimal | None, Decimal | None]:
    """Return best bid and best ask."""
    bid = next(quotes(market, resting, asks=False), None)
    ask = next(quotes(market, resting, asks=True), None)
    return (bid.price if bid else None, ask.price if ask else None)
