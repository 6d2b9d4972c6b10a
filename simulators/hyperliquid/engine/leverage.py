"""Leverage and isolated margin, symbol by symbol."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from simulators.hyperliquid import texts
from simulators.hyperliquid.engine.account import Account, Leverage
from simulators.hyperliquid.engine.margin import available
from simulators.hyperliquid.refusal import ActionRefusedError

if TYPE_CHECKING:
    from simulators.hyperliquid.engine.market import Market
    from simulators.hyperliquid.engine.venue import Venue

NTLI_PER_USD = 1_000_000


def update_leverage(
    venue: Venue, account: Account, market: Market, value: int, *, is_cross: bool
) -> None:
    """Choose the leverage for the next opens."""
    if not 1 <= value <= market.max_leverage:
        raise ActionRefusedError(texts.LEVERAGE_INVALID)
    if is_cross and market.only_isolated:
        raise ActionRefusedError(texts.CROSS_FORBIDDEN)
    current = account.leverage(market.name, market.max_leverage)
    if account.size(market.name) and current.is_cross != is_cross:
        raise ActionRefusedError(texts.LEVERAGE_SWITCH)
    account.leverages[market.name] = Leverage(value, is_cross)
    venue.journal.is_dirty = True


def update_isolated_margin(venue: Venue, account: Account, market: Market, ntli: int) -> None:
    """Add to or (negative) take from an isolated position's margin, in millionths of a USD."""
    leverage = account.leverage(market.name, market.max_leverage)
    if leverage.is_cross or not account.size(market.name):
        raise ActionRefusedError(texts.NOT_ISOLATED)
    usd = Decimal(ntli) / NTLI_PER_USD
    position = account.position(market.name)
    free = available(account, account.purse_of(market.dex), venue.universe)
    if usd > free or position.isolated_extra + usd < 0:
        raise ActionRefusedError(texts.MARGIN)
    position.isolated_extra += usd
    venue.journal.is_dirty = True
