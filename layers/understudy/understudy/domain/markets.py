"""What can be traded and on which grid its prices and sizes lie."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from understudy.domain.money import BASIS_POINT, ONE, above, below, multiply, toward_zero, trimmed
from understudy.domain.trades import Side

HYPERLIQUID = "hyperliquid"


@dataclass(frozen=True, slots=True)
class PriceGrid:
    """Valid prices: at most so many decimals and, unless integer, so many significant figures."""

    max_decimals: int
    significant_figures: int

    def decimals_at(self, price: Decimal) -> int:
        """Say how many decimals a price of this size may have; never negative."""
        return max(0, min(self.max_decimals, self.significant_figures - 1 - price.adjusted()))

    def at_most(self, price: Decimal) -> Decimal:
        """Give the highest valid price that is not above this one."""
        return below(price, self.decimals_at(price))

    def at_least(self, price: Decimal) -> Decimal:
        """Give the lowest valid price that is not below this one."""
        return above(price, self.decimals_at(price))


@dataclass(frozen=True, slots=True)
class Market:
    """A symbol as the venue describes it; `dex` is '' for the venue's own markets.

    `taker_fee` is a share of the notional: an estimate until the venue's fills tell the true fee.
    """

    venue: str
    symbol: str
    asset: int
    size_decimals: int
    prices: PriceGrid
    max_leverage: int
    min_notional: Decimal
    dex: str = ""
    only_isolated: bool = False
    taker_fee: Decimal = Decimal("0.00045")

    def capped_price(self, price: Decimal, side: Side) -> Decimal:
        """Round a limit price to the grid on the side that keeps the cap."""
        return self.prices.at_most(price) if side is Side.BUY else self.prices.at_least(price)

    def limit_price(self, price: Decimal, side: Side, bps: int) -> Decimal:
        """Give the worst price accepted: `bps` beyond a price, rounded so that the cap holds."""
        factor = ONE + multiply(Decimal(bps * side.sign), BASIS_POINT)
        return self.capped_price(multiply(price, factor), side)

    def lot_size(self, size: Decimal) -> Decimal:
        """Cut a size to the lot, toward zero."""
        return toward_zero(size, self.size_decimals)

    def below_minimum(self, size: Decimal, price: Decimal) -> bool:
        """Say whether an order of this size is too small for the venue."""
        return trimmed(multiply(abs(size), price)) < self.min_notional
