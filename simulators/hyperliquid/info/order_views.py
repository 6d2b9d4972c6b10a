"""Orders in the venue's shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.hyperliquid.decimals import to_wire

if TYPE_CHECKING:
    from simulators.hyperliquid.engine.orders import Order

_TRIGGER_NAMES = {
    ("tp", True): "Take Profit Market",
    ("tp", False): "Take Profit Limit",
    ("sl", True): "Stop Market",
    ("sl", False): "Stop Limit",
}


def basic_view(order: Order) -> dict[str, Any]:
    """Return an order as `openOrders` shows it."""
    view: dict[str, Any] = {
        "coin": order.coin,
        "side": order.side,
        "limitPx": to_wire(order.price),
        "sz": to_wire(order.remaining),
        "oid": order.oid,
        "timestamp": order.time_ms,
        "origSz": to_wire(order.size),
    }
    if order.cloid is not None:
        view["cloid"] = order.cloid
    if order.reduce_only:
        view["reduceOnly"] = True
    return view


def full_view(order: Order) -> dict[str, Any]:
    """Return an order as `frontendOpenOrders` and the histories show it."""
    trigger = order.trigger
    return basic_view(order) | {
        "triggerCondition": _condition(order),
        "isTrigger": trigger is not None,
        "triggerPx": to_wire(trigger.price) if trigger else "0.0",
        "children": [],
        "isPositionTpsl": False,
        "reduceOnly": order.reduce_only,
        "orderType": _TRIGGER_NAMES.get((trigger.kind, trigger.is_market), "Limit")
        if trigger
        else _limit_name(order),
        "tif": None if trigger else order.tif,
        "cloid": order.cloid,
    }


def _limit_name(order: Order) -> str:
    return "Market" if order.tif == "FrontendMarket" else "Limit"


def _condition(order: Order) -> str:
    trigger = order.trigger
    if trigger is None:
        return "N/A"
    above = order.is_buy == (trigger.kind == "sl")
    return f"Price {'above' if above else 'below'} {to_wire(trigger.price)}"


def status_view(order: Order) -> dict[str, Any]:
    """Return an order with its status, as histories show it."""
    return {
        "order": full_view(order),
        "status": order.status,
        "statusTimestamp": order.status_time_ms or order.time_ms,
    }
