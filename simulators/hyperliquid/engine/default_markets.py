"""The perpetuals listed before any recording is loaded, with the prices they open at."""

from __future__ import annotations

from decimal import Decimal

from simulators.hyperliquid.engine.market import MarginTier

# name, size decimals, greatest leverage, opening price
DEFAULT_MARKETS: tuple[tuple[str, int, int, str], ...] = (
    ("BTC", 5, 40, "30135"),
    ("ETH", 4, 25, "1903.9"),
    ("ATOM", 2, 10, "9.3384"),
    ("MATIC", 1, 20, "0.77389"),
    ("DYDX", 1, 10, "2.113"),
    ("SOL", 2, 20, "26.516"),
    ("AVAX", 2, 10, "14.17"),
    ("BNB", 3, 10, "243.13"),
    ("APE", 1, 10, "1.9659"),
    ("OP", 1, 10, "1.4551"),
    ("LTC", 2, 10, "91.832"),
    ("ARB", 1, 10, "1.2889"),
    ("DOGE", 0, 10, "0.069277"),
    ("INJ", 1, 10, "9.3229"),
    ("SUI", 1, 10, "0.69539"),
    ("kPEPE", 0, 10, "0.001565"),
    ("CRV", 1, 10, "0.79852"),
    ("LDO", 1, 10, "2.0457"),
    ("LINK", 1, 10, "6.9123"),
    ("STX", 1, 10, "0.62927"),
    ("RNDR", 1, 10, "1.9457"),
    ("CFX", 0, 10, "0.18653"),
    ("FTM", 0, 10, "0.26268"),
    ("GMX", 2, 10, "55.859"),
    ("SNX", 1, 10, "2.6256"),
    ("XRP", 0, 10, "0.73862"),
    ("BCH", 3, 10, "240.52"),
    ("APT", 2, 10, "7.7731"),
)
DELISTED = frozenset({"MATIC"})
TIERED_MARGIN_TABLE_ID = 56
TIERED = {
    "BTC": (
        MarginTier(lower_bound_usd=Decimal(0), max_leverage=40),
        MarginTier(lower_bound_usd=Decimal(150_000_000), max_leverage=20),
    ),
}
