"""Pays funding on a market: longs pay a rate above zero, shorts get it, the house has the rest."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from simulators.hyperliquid.engine.funding_payments import FundingPayment

if TYPE_CHECKING:
    from simulators.hyperliquid.engine.market import Market
    from simulators.hyperliquid.engine.venue import Venue

_MICRO_USD = Decimal("1e-6")


def pay_funding(venue: Venue, market: Market, rate: Decimal) -> int:
    """Pay every open position of a market now; give the number of payments."""
    payments, now_ms = 0, venue.now_ms()
    for account in venue.accounts.values():
        size = account.size(market.name)
        if not size:
            continue
        usd = (-size * market.price * rate).quantize(_MICRO_USD)
        account.credit(account.purse_of(market.dex), usd)
        account.funding.append(FundingPayment(market.name, usd, size, rate, now_ms))
        venue.house.cash_usd -= usd
        payments += 1
    venue.journal.is_dirty = True
    return payments
