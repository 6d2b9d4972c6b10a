"""Frames of the venue's WebSocket: what we ask for, and what comes as events. Pure."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from understudy.adapters.venues.hyperliquid.outcomes import MISFITS
from understudy.adapters.venues.hyperliquid.parsing import dex_of, number, parse_prices
from understudy.ports.stream import (
    PricesSeen,
    PublicTrade,
    StreamEvent,
    StreamRefusal,
    Subscribed,
    TradesSeen,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from understudy.adapters.venues.hyperliquid.models import TradeRow

PING = '{"method":"ping"}'


def subscribe_trades(symbol: str) -> str:
    """Ask for a symbol's trades."""
    return _asking("subscribe", {"type": "trades", "coin": symbol})


def unsubscribe_trades(symbol: str) -> str:
    """Take back that a symbol's trades were asked for."""
    return _asking("unsubscribe", {"type": "trades", "coin": symbol})


def subscribe_prices(dex: str) -> str:
    """Ask for the middle prices of a dex."""
    prices = {"type": "allMids", "dex": dex} if dex else {"type": "allMids"}
    return _asking("subscribe", prices)


def parse_frame(text: str | bytes, received_at_ms: int) -> StreamEvent | None:
    """Read a frame; None for what carries nothing (pongs, greetings).

    A frame of a known channel whose shape does not fit is a StreamRefusal: it is not to be lost.
    """
    try:
        frame = json.loads(text, parse_float=Decimal)
    except ValueError:
        return None
    except ArithmeticError:
        return StreamRefusal("a frame has a number that cannot be read")
    read = _CHANNELS.get(str(frame.get("channel"))) if isinstance(frame, dict) else None
    if read is None:
        return None
    try:
        return read(frame["data"], received_at_ms)
    except MISFITS:
        return StreamRefusal(f"a {frame['channel']} frame has an unknown shape")


def parse_trades(rows: Iterable[TradeRow]) -> tuple[PublicTrade, ...]:
    """Read a frame of the public stream; `users` are the buyer and the seller."""
    return tuple(_trade(row) for row in rows)


def _asking(method: str, subscription: dict[str, str]) -> str:
    frame = {"method": method, "subscription": subscription}
    return json.dumps(frame, separators=(",", ":"))


def _trades(data: Any, received_at_ms: int) -> StreamEvent | None:
    trades = parse_trades(data)
    return TradesSeen(trades[0].symbol, trades, received_at_ms) if trades else None


def _trade(row: TradeRow) -> PublicTrade:
    buyer, seller = row["users"]
    return PublicTrade(
        symbol=row["coin"],
        price=number(row["px"], "px"),
        size=number(row["sz"], "sz"),
        time_ms=row["time"],
        tid=str(row["tid"]),
        buyer=buyer.lower(),
        seller=seller.lower(),
    )


def _prices(data: Any, received_at_ms: int) -> StreamEvent:
    prices = parse_prices(data["mids"])
    return PricesSeen(dex_of(next(iter(prices), "")), prices, received_at_ms)


def _subscribed(data: Any, _received_at_ms: int) -> StreamEvent | None:
    coin = data["subscription"].get("coin")
    return Subscribed(coin) if coin and data["method"] == "subscribe" else None


def _refused(data: Any, _received_at_ms: int) -> StreamEvent:
    return StreamRefusal(str(data))


_CHANNELS: dict[str, Callable[[Any, int], StreamEvent | None]] = {
    "trades": _trades,
    "allMids": _prices,
    "subscriptionResponse": _subscribed,
    "error": _refused,
}
