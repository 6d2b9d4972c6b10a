"""One position and what a fill does to it. Cost is kept exactly: no money is lost to rounding."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from simulators.hyperliquid.decimals import ZERO

_CENT_OF_A_CENT = Decimal("1e-8")


@dataclass(frozen=True, slots=True)
class PositionChange:
    """What one fill did, in the words of the fill."""

    start: Decimal
    direction: str
    closed_pnl: Decimal


@dataclass(slots=True)
class Position:
    """Signed size and signed cost (size times average entry), in USD."""

    size: Decimal = ZERO
    cost: Decimal = ZERO
    isolated_extra: Decimal = ZERO

    @property
    def entry(self) -> Decimal:
        """Average entry price; zero when flat."""
        return self.cost / self.size if self.size else ZERO

    def unrealized(self, price: Decimal) -> Decimal:
        """Return the profit if all were closed at ``price``."""
        return self.size * price - self.cost

    def apply(self, signed_size: Decimal, price: Decimal) -> PositionChange:
        """Book one fill and say what it was: an open, an add, a reduction, a close or a flip."""
        start = self.size
        direction = direction_of(start, signed_size)
        closed_pnl = ZERO
        if start * signed_size < 0:
            closing = max(-abs(start), -abs(signed_size)).copy_sign(signed_size)
            closed_pnl = self._release(closing, price)
            signed_size -= closing
        self.size += signed_size
        self.cost += signed_size * price
        if not self.size:
            self.isolated_extra = ZERO
        return PositionChange(start, direction, closed_pnl)

    def _release(self, closing: Decimal, price: Decimal) -> Decimal:
        # The remainder keeps what the rounded share leaves, so the two always add up.
        share = self.cost * -closing / self.size
        released = self.cost if closing == -self.size else share.quantize(_CENT_OF_A_CENT)
        self.size += closing
        self.cost -= released
        return -closing * price - released


def direction_of(start: Decimal, signed_size: Decimal) -> str:
    """Return the venue's word for a fill of ``signed_size`` on a position of ``start``."""
    if start * signed_size >= 0:
        return "Open Long" if signed_size > 0 else "Open Short"
    if abs(signed_size) <= abs(start):
        return "Close Long" if start > 0 else "Close Short"
    return "Long > Short" if start > 0 else "Short > Long"
