"""The venue's price grid: 5 significant figures, and fewer decimals the finer the lot. Pure.

Builder-dex perpetuals lie on the same grid as the venue's own. Rounding itself, always to the
side that keeps a cap, is `Market.capped_price`.
"""

from __future__ import annotations

from understudy.adapters.venues.hyperliquid.constants import (
    PERP_MAX_DECIMALS,
    PRICE_SIGNIFICANT_FIGURES,
)
from understudy.domain.markets import PriceGrid


def price_grid(size_decimals: int) -> PriceGrid:
    """Give the grid of a perpetual whose sizes have so many decimals."""
    return PriceGrid(max(0, PERP_MAX_DECIMALS - size_decimals), PRICE_SIGNIFICANT_FIGURES)
