"""What a fill costs: tier 0 rates, doubled on builder dexs, the builder's part on top."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from simulators.hyperliquid.decimals import ZERO
from simulators.hyperliquid.engine.builders import TENTHS_BP
from simulators.hyperliquid.engine.universe import MAIN_DEX

if TYPE_CHECKING:
    from simulators.hyperliquid.engine.market import Market
    from simulators.hyperliquid.engine.orders import Builder

TAKER = Decimal("0.00045")
MAKER = Decimal("0.00015")
BUILDER_DEX_SCALE = 2
_MICRO_USD = Decimal("1e-6")


def exchange_fee(market: Market, notional_usd: Decimal, *, crossed: bool) -> Decimal:
    """Return the exchange's fee in USD, rounded half to even to six decimals."""
    rate = TAKER if crossed else MAKER
    scale = 1 if market.dex == MAIN_DEX else BUILDER_DEX_SCALE
    return (notional_usd * rate * scale).quantize(_MICRO_USD)


def builder_fee(builder: Builder | None, notional_usd: Decimal) -> Decimal:
    """Return the builder's fee in USD, rounded half to even to six decimals."""
    if builder is None:
        return ZERO
    return (notional_usd * builder.fee_tenths_bp / TENTHS_BP).quantize(_MICRO_USD)
