"""The drawdown stop: copying ends when the loss reaches its share of the budget."""

from __future__ import annotations

from decimal import Decimal

from understudy.domain.limits import DrawdownBasis, Limits

EQUITY_READINGS = 2


def reached(limits: Limits, pnl: Decimal) -> bool:
    """Say whether a profit (negative: a loss) is at or below the floor."""
    return pnl <= limits.drawdown_floor_usdc


def readings_after(limits: Limits, readings: int, pnl: Decimal) -> int:
    """Count readings in a row at or below the floor."""
    return readings + 1 if reached(limits, pnl) else 0


def stops(limits: Limits, readings: int) -> bool:
    """Say whether so many readings in a row stop the copying: one realized, two by equity."""
    needed = 1 if limits.drawdown_basis is DrawdownBasis.REALIZED else EQUITY_READINGS
    return readings >= needed
