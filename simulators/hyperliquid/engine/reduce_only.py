"""Keeps waiting reduce-only orders no larger than the position they reduce."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.hyperliquid.decimals import ZERO

if TYPE_CHECKING:
    from simulators.hyperliquid.engine.account import Account
    from simulators.hyperliquid.engine.market import Market
    from simulators.hyperliquid.engine.venue import Venue

REDUCE_ONLY_CANCELED = "reduceOnlyCanceled"


def trim_reduce_only(venue: Venue, market: Market, account: Account) -> None:
    """Cancel, oldest first, what exceeds the position after it or the orders changed."""
    held = account.size(market.name)
    waiting = [
        order
        for order in account.orders.open.values()
        if order.reduce_only and order.coin == market.name and order.trigger is None
    ]
    left = abs(held)
    for order in reversed(waiting):
        reduces = held != 0 and (held < 0) == order.is_buy
        room = left if reduces else ZERO
        if room <= 0:
            order.close(REDUCE_ONLY_CANCELED, venue.now_ms())
            account.orders.finish(order)
            venue.waiting(market).remove(order)
            venue.note_order(order)
        elif order.remaining > room:
            order.size = order.filled + room
        left -= min(order.remaining, left)
