"""Moves prices and lets what waited for them happen: resting orders, triggers, due cancels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.hyperliquid.engine.ladder import house_levels
from simulators.hyperliquid.engine.matching import crosses
from simulators.hyperliquid.engine.reduce_only import trim_reduce_only
from simulators.hyperliquid.engine.settlement import settle_with_house
from simulators.hyperliquid.engine.trading import cancel, execute_waiting

if TYPE_CHECKING:
    from decimal import Decimal

    from simulators.hyperliquid.engine.market import Market
    from simulators.hyperliquid.engine.orders import Order
    from simulators.hyperliquid.engine.venue import Venue

SCHEDULED_CANCEL = "scheduledCancel"


def set_price(venue: Venue, market: Market, price: Decimal) -> None:
    """Make ``price`` the latest, which is mid and mark."""
    market.price = price
    venue.journal.is_dirty = True
    if market.name in venue.resting:
        _fill_reached(venue, market)
        _wake_triggers(venue, market)
    venue.events.priced(market)


def cancel_due(venue: Venue) -> None:
    """Carry out the scheduled cancels whose time has come."""
    now_ms = venue.now_ms()
    due = [user for user, at_ms in venue.scheduled_cancels.items() if at_ms <= now_ms]
    for user in due:
        del venue.scheduled_cancels[user]
        account = venue.accounts[user]
        for order in tuple(account.orders.open.values()):
            cancel(venue, account, order, SCHEDULED_CANCEL)


def _fill_reached(venue: Venue, market: Market) -> None:
    for asks in (True, False):
        house = next(house_levels(market, asks=not asks), None)
        while house is not None:
            order = venue.waiting(market).best(asks=asks)
            if order is None or not crosses(order, house[0]):
                break
            settle_with_house(venue, market, order)
            trim_reduce_only(venue, market, venue.accounts[order.user])


def _wake_triggers(venue: Venue, market: Market) -> None:
    waiting = venue.waiting(market)
    for order in [o for o in waiting.triggers.values() if _is_reached(o, market.price)]:
        del waiting.triggers[order.oid]
        account = venue.accounts[order.user]
        if order.reduce_only:
            held = account.size(market.name)
            if held == 0 or (held > 0) == order.is_buy:
                cancel(venue, account, order, "reduceOnlyCanceled")
                continue
            order.size = min(order.size, abs(held))
        execute_waiting(venue, account, market, order)


def _is_reached(order: Order, price: Decimal) -> bool:
    trigger = order.trigger
    if trigger is None:
        return False
    waits_for_rise = order.is_buy == (trigger.kind == "sl")
    return price >= trigger.price if waits_for_rise else price <= trigger.price
