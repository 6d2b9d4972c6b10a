"""How far a leader's reduction shrinks what a follow wants. Pure."""

from __future__ import annotations

from decimal import Decimal

from understudy.domain.follows import Ledger
from understudy.domain.markets import Market
from understudy.domain.money import ZERO, divide, multiply, toward_zero
from understudy.domain.sizing import SLICE_DECIMALS
from understudy.domain.trades import Trade, TradeKind


def reduced_target(trade: Trade, ledger: Ledger, market: Market) -> Decimal:
    """Shrink the target as the leader's position shrank; a rest below the minimum goes too."""
    if trade.kind is not TradeKind.REDUCE:
        return ZERO
    kept = divide(multiply(ledger.target, trade.end_position), trade.start_position)
    target = toward_zero(kept, market.size_decimals + SLICE_DECIMALS)
    if ledger.held and market.below_minimum(market.lot_size(target), trade.price):
        return ZERO
    return target
