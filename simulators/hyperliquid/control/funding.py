"""Funding paid at the test bench's word: the real venue pays at every full hour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.hyperliquid.control.requests import ControlError, Fields
from simulators.hyperliquid.engine.funding import pay_funding

if TYPE_CHECKING:
    from simulators.hyperliquid.engine.venue import Venue

FUNDING_KEYS = ("symbol", "rate")


def settle_funding(venue: Venue, fields: Fields) -> dict[str, Any]:
    """Pay a rate on every position of a market, now."""
    market = venue.universe.by_name.get(fields.text("symbol"))
    if market is None:
        raise ControlError("symbol is not listed; list it with POST /_simulator/markets")
    rate = fields.number("rate")
    if abs(rate) >= 1:
        raise ControlError('rate is a share of the notional below 1, like "0.0000125"')
    return {"symbol": market.name, "payments": pay_funding(venue, market, rate)}
