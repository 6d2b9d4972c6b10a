"""Orders between the wire's one-letter keys and the engine's words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from simulators.hyperliquid.decimals import to_wire
from simulators.hyperliquid.engine.orders import Order, OrderRequest, Trigger

_FIVE_PLACES = Decimal("1e-8")


def read_order(wire: dict[str, Any]) -> OrderRequest:
    """Return the order asked for."""
    kind = wire["t"]
    trigger = _read_trigger(kind["trigger"]) if "trigger" in kind else None
    return OrderRequest(
        asset=wire["a"],
        is_buy=wire["b"],
        price=Decimal(wire["p"]),
        size=Decimal(wire["s"]),
        reduce_only=wire["r"],
        tif=kind["limit"]["tif"] if trigger is None else "Ioc",
        cloid=wire.get("c"),
        trigger=trigger,
    )


def _read_trigger(wire: dict[str, Any]) -> Trigger:
    return Trigger(Decimal(wire["triggerPx"]), wire["isMarket"], wire["tpsl"])


def order_status(order: Order) -> dict[str, Any] | str:
    """Return one entry of ``statuses``."""
    if order.error is not None:
        return {"error": f"{order.error}"}
    reference: dict[str, Any] = {"oid": order.oid}
    if order.cloid is not None:
        reference["cloid"] = order.cloid
    if order.filled > 0:
        average = (order.filled_usd / order.filled).quantize(_FIVE_PLACES)
        return {"filled": {"totalSz": to_wire(order.filled), "avgPx": to_wire(average)} | reference}
    if order.trigger is not None:
        return "waitingForTrigger"
    return {"resting": reference}
