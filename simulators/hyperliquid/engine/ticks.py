"""The venue's price and size grid: five significant figures, bounded decimals, whole lots."""

from __future__ import annotations

from decimal import Decimal

from simulators.hyperliquid.decimals import decimals_of

MAX_DECIMALS = 6
SIGNIFICANT_FIGURES = 5


def is_valid_price(price: Decimal, size_decimals: int) -> bool:
    """Tell whether ``price`` is on the grid; whole numbers always are."""
    if price == price.to_integral_value():
        return True
    figures = len(price.normalize().as_tuple().digits)
    return figures <= SIGNIFICANT_FIGURES and decimals_of(price) <= MAX_DECIMALS - size_decimals


def is_valid_size(size: Decimal, size_decimals: int) -> bool:
    """Tell whether ``size`` is a whole number of lots."""
    return decimals_of(size) <= size_decimals


def tick_at(price: Decimal, size_decimals: int) -> Decimal:
    """Return the distance from ``price`` to the next valid price above it."""
    by_figures = min(price.adjusted() - SIGNIFICANT_FIGURES + 1, 0)
    return Decimal(1).scaleb(max(by_figures, size_decimals - MAX_DECIMALS))


def lot(size_decimals: int) -> Decimal:
    """Return the smallest tradable size."""
    return Decimal(1).scaleb(-size_decimals)
