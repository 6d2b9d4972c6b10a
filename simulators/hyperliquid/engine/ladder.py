"""The house's quotes: 20 levels a side, one tick apart, around the latest price. Never depleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.hyperliquid.engine.ticks import tick_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from simulators.hyperliquid.engine.market import Market

LEVELS = 20


def house_levels(market: Market, *, asks: bool) -> Iterator[tuple[Decimal, Decimal]]:
    """Yield (price, size) from the best level outwards; nothing when the book is empty."""
    depth = market.depth
    price = market.price
    for _ in range(LEVELS if depth > 0 else 0):
        tick = tick_at(price, market.size_decimals)
        price = price + tick if asks else price - tick
        if price <= 0:
            return
        yield price, depth
