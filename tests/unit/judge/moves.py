"""A leader's trade as a follower hears of it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

ZERO = Decimal(0)


@dataclass(frozen=True)
class Move:
    """A leader's trade as a follower hears of it."""

    trade_id: str
    seq: int
    symbol: str
    signed: Decimal
    price: Decimal
    start: Decimal
    time_ms: int
    sent_ms: int
    size_decimals: int

    @property
    def end(self) -> Decimal:
        return self.start + self.signed

    @property
    def kind(self) -> str:
        if not self.start:
            return "open"
        if not self.end:
            return "close"
        if self.start * self.end < 0:
            return "flip"
        return "add" if abs(self.end) > abs(self.start) else "reduce"

    @property
    def entered(self) -> Decimal:
        if self.kind == "flip":
            return abs(self.end)
        return abs(self.signed) if self.kind in {"open", "add"} else ZERO

    def dearest(self, sign: int, slippage_bps: Decimal) -> Decimal:
        """Give the price that limits are kept at: a buy's limit price, a sell's own."""
        if sign < 0:
            return self.price
        price = self.price * (1 + slippage_bps / 10_000)
        decimals = max(0, min(6 - self.size_decimals, 4 - price.adjusted()))
        return price.quantize(Decimal(1).scaleb(-decimals), ROUND_DOWN)

    def cut(self, size: Decimal) -> Decimal:
        return size.quantize(Decimal(1).scaleb(-self.size_decimals), ROUND_DOWN)
