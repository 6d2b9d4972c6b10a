"""One perpetual: its grid, its leverage, its latest price and how deep the house quotes it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from decimal import Decimal

from simulators.hyperliquid.decimals import ZERO
from simulators.hyperliquid.engine.fills import PublicTrade
from simulators.hyperliquid.engine.ticks import lot

HOUSE_DEPTH_USD = Decimal(1_000_000)
RECENT_TRADES = 200


@dataclass(frozen=True, slots=True)
class MarginTier:
    """From this notional on, this leverage is the most."""

    lower_bound_usd: Decimal
    max_leverage: int


@dataclass(slots=True)
class Market:
    """A perpetual as listed; ``price`` is the mid and the mark alike."""

    name: str
    dex: str
    asset: int
    size_decimals: int
    max_leverage: int
    price: Decimal
    margin_table_id: int = 0
    tiers: tuple[MarginTier, ...] = ()
    level_size: Decimal | None = None
    is_delisted: bool = False
    only_isolated: bool = False
    open_interest: Decimal = ZERO
    volume_usd: Decimal = ZERO
    recent: deque[PublicTrade] = field(default_factory=lambda: deque(maxlen=RECENT_TRADES))

    @property
    def depth(self) -> Decimal:
        """Size quoted by the house at each level, in whole lots; zero means an empty book."""
        if self.level_size is not None:
            return self.level_size
        unit = lot(self.size_decimals)
        return max(unit, (HOUSE_DEPTH_USD / self.price).quantize(unit))

    def max_leverage_at(self, notional_usd: Decimal) -> int:
        """Return the greatest leverage a position of ``notional_usd`` may have."""
        allowed = self.max_leverage
        for tier in self.tiers:
            if notional_usd >= tier.lower_bound_usd:
                allowed = tier.max_leverage
        return allowed
