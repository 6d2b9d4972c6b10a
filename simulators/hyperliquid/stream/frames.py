"""The frames the venue sends, as text ready for the wire."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from simulators.hyperliquid.decimals import to_wire
from simulators.hyperliquid.engine.matching import quotes
from simulators.hyperliquid.info.fill_views import aggregated, fill_view, trade_view
from simulators.hyperliquid.info.market_views import book_view, context_view, mids_view
from simulators.hyperliquid.info.order_views import basic_view

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulators.hyperliquid.engine.fills import Fill, PublicTrade
    from simulators.hyperliquid.engine.market import Market
    from simulators.hyperliquid.engine.orders import Order
    from simulators.hyperliquid.engine.venue import Venue
    from simulators.hyperliquid.stream.subscriptions import Subscription

RECENT_MS = 20_000
SNAPSHOT_FILLS = 2000
PONG = '{"channel":"pong"}'


def frame(channel: str, content: Any) -> str:
    """Return one frame."""
    return json.dumps({"channel": channel, "data": content}, separators=(",", ":"))


def trades_frame(trades: Sequence[PublicTrade]) -> str:
    """Return public trades that belong together."""
    return frame("trades", [trade_view(trade) for trade in trades])


def fills_frame(user: str, fills: Sequence[Fill], *, aggregate: bool) -> str:
    """Return new fills of a user."""
    shown = aggregated(fills) if aggregate else fills
    return frame("userFills", {"user": user, "fills": [fill_view(fill) for fill in shown]})


def events_frame(fills: Sequence[Fill]) -> str:
    """Return the same fills as `userEvents` tells them."""
    return frame("user", {"fills": [fill_view(fill) for fill in fills]})


def order_frame(order: Order) -> str:
    """Return one order's new state."""
    update = {
        "order": basic_view(order),
        "status": order.status,
        "statusTimestamp": order.status_time_ms or order.time_ms,
    }
    return frame("orderUpdates", [update])


def best_frame(venue: Venue, market: Market) -> str:
    """Return the best bid and offer."""
    sides: list[dict[str, Any] | None] = []
    for asks in (False, True):
        best = next(quotes(market, venue.waiting(market), asks=asks), None)
        sides.append(
            None if best is None else {"px": to_wire(best.price), "sz": to_wire(best.size), "n": 1}
        )
    return frame("bbo", {"coin": market.name, "time": venue.now_ms(), "bbo": sides})


def snapshot(venue: Venue, subscription: Subscription) -> str | None:
    """Return the first frame after subscribing, if there is one."""
    user_snapshot = _user_snapshot(venue, subscription)
    if subscription.is_of_user:
        return user_snapshot
    if subscription.kind == "trades":
        return _recent_trades(venue, subscription.argument)
    return current_frame(venue, subscription.kind, subscription.argument)


def current_frame(venue: Venue, kind: str, argument: str) -> str:
    """Return the present state of a book, a context or the mids."""
    if kind == "allMids":
        return frame("allMids", {"mids": mids_view(venue.universe, argument)})
    market = venue.universe.by_name[argument]
    if kind == "bbo":
        return best_frame(venue, market)
    if kind == "l2Book":
        return frame("l2Book", book_view(venue, market))
    return frame("activeAssetCtx", {"coin": argument, "ctx": context_view(market)})


def _recent_trades(venue: Venue, coin: str) -> str | None:
    since_ms = venue.now_ms() - RECENT_MS
    recent = [t for t in venue.universe.by_name[coin].recent if t.published_ms >= since_ms]
    return trades_frame(recent) if recent else None


def _user_snapshot(venue: Venue, subscription: Subscription) -> str | None:
    if subscription.kind != "userFills":
        return None
    account = venue.accounts.get(subscription.argument)
    fills = account.fills.newest(SNAPSHOT_FILLS) if account else []
    shown = aggregated(fills) if subscription.aggregate else fills
    content = {
        "isSnapshot": True,
        "user": subscription.argument,
        "fills": [fill_view(fill) for fill in shown],
    }
    return frame("userFills", content)
