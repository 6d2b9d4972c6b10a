"""Every market by name and by asset id, dex by dex. Listed once, a market keeps its number."""

from __future__ import annotations

from decimal import Decimal

from simulators.hyperliquid.engine.default_markets import (
    DEFAULT_MARKETS,
    DELISTED,
    TIERED,
    TIERED_MARGIN_TABLE_ID,
)
from simulators.hyperliquid.engine.market import Market

MAIN_DEX = ""
BUILDER_DEX_OFFSET = 100_000
BUILDER_DEX_STRIDE = 10_000
UNSEEN_MAX_LEVERAGE = 10


def dex_of(symbol: str) -> str:
    """Return the dex part of ``xyz:CL``, or the main dex."""
    return symbol.split(":", 1)[0] if ":" in symbol else MAIN_DEX


class Universe:
    """The listed markets; dex 0 is the main one, builder dexes follow by first appearance."""

    def __init__(self) -> None:
        """List nothing yet."""
        self.dexes: list[str] = [MAIN_DEX]
        self.by_dex: dict[str, list[Market]] = {MAIN_DEX: []}
        self.by_name: dict[str, Market] = {}
        self.by_asset: dict[int, Market] = {}

    def register(
        self, symbol: str, size_decimals: int, max_leverage: int, price: Decimal
    ) -> Market:
        """List ``symbol`` at the end of its dex; size decimals only ever grow when it is known."""
        known = self.by_name.get(symbol)
        if known is not None:
            known.size_decimals = max(known.size_decimals, size_decimals)
            return known
        dex = dex_of(symbol)
        asset = self._next_asset(dex)
        market = Market(symbol, dex, asset, size_decimals, max_leverage, price, max_leverage)
        self.insert(market)
        return market

    def insert(self, market: Market) -> None:
        """List a market that has its number already."""
        if market.dex not in self.by_dex:
            self.dexes.append(market.dex)
            self.by_dex[market.dex] = []
        self.by_dex[market.dex].append(market)
        self.by_name[market.name] = market
        self.by_asset[market.asset] = market

    def _next_asset(self, dex: str) -> int:
        index = len(self.by_dex.get(dex, ()))
        number = self.dexes.index(dex) if dex in self.by_dex else len(self.dexes)
        return index + (BUILDER_DEX_OFFSET + number * BUILDER_DEX_STRIDE if number else 0)


def default_universe() -> Universe:
    """Return the universe as it stands before any recording."""
    universe = Universe()
    for name, size_decimals, max_leverage, price in DEFAULT_MARKETS:
        market = universe.register(name, size_decimals, max_leverage, Decimal(price))
        market.is_delisted = name in DELISTED
        if name in TIERED:
            market.tiers = TIERED[name]
            market.margin_table_id = TIERED_MARGIN_TABLE_ID
    return universe
