"""The actions that touch orders: place, cancel, modify, scheduled cancel."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from simulators.hyperliquid import texts
from simulators.hyperliquid.decimals import to_wire
from simulators.hyperliquid.engine import builders, trading
from simulators.hyperliquid.engine.admission import market_of, validate_batch
from simulators.hyperliquid.engine.orders import Builder, Order
from simulators.hyperliquid.exchange.call import DEFAULT_RESPONSE, Call
from simulators.hyperliquid.exchange.order_wire import order_status, read_order
from simulators.hyperliquid.refusal import (
    ActionRefusedError,
    MalformedRequestError,
    OrderRefusedError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

SCHEDULE_VOLUME_USD = Decimal(1_000_000)
SCHEDULE_LEAD_MS = 5_000
TIFS = frozenset({"Gtc", "Ioc", "Alo", "FrontendMarket"})


def place_orders(call: Call) -> dict[str, Any]:
    """Carry out `order`."""
    builder = _builder(call)
    requests = [read_order(wire) for wire in call.action["orders"]]
    if any(request.tif not in TIFS for request in requests):
        raise MalformedRequestError
    origin = replace(call.origin(), builder=builder)
    try:
        validate_batch(call.venue, requests)
    except OrderRefusedError as refusal:
        return _statuses("order", [{"error": refusal.text}])
    placed = [trading.place(call.venue, call.account, request, origin) for request in requests]
    return _statuses("order", [order_status(order) for order in placed])


def cancel_orders(call: Call) -> dict[str, Any]:
    """Carry out `cancel`."""
    return _cancel_all(call, "a", "o")


def cancel_by_cloid(call: Call) -> dict[str, Any]:
    """Carry out `cancelByCloid`."""
    return _cancel_all(call, "asset", "cloid")


def modify_order(call: Call) -> dict[str, Any]:
    """Carry out `modify`: one order, answered as a whole."""
    modified = _modify(call, call.action)
    if modified.error is not None:
        raise ActionRefusedError(modified.error)
    return DEFAULT_RESPONSE


def modify_orders(call: Call) -> dict[str, Any]:
    """Carry out `batchModify`: one answer per order."""

    def modify(wire: dict[str, Any]) -> dict[str, Any] | str:
        return order_status(_modify(call, wire))

    return _statuses("order", [_status_of(modify, wire) for wire in call.action["modifies"]])


def schedule_cancel(call: Call) -> dict[str, Any]:
    """Carry out `scheduleCancel`."""
    account, venue = call.account, call.venue
    if account.volume_usd < SCHEDULE_VOLUME_USD:
        raise ActionRefusedError(texts.schedule_needs_volume(to_wire(account.volume_usd)))
    at_ms = call.action.get("time")
    venue.scheduled_cancels.pop(account.address, None)
    if at_ms is not None:
        if at_ms < venue.now_ms() + SCHEDULE_LEAD_MS:
            raise ActionRefusedError(texts.SCHEDULE_TOO_SOON)
        venue.scheduled_cancels[account.address] = at_ms
    return DEFAULT_RESPONSE


def _builder(call: Call) -> Builder | None:
    wire = call.action.get("builder")
    if wire is None:
        return None
    if call.signed.vault is not None:
        raise ActionRefusedError(texts.VAULT_FORBIDDEN)
    builder = Builder(wire["b"], wire["f"])
    builders.check(call.account, builder)
    return builder


def _cancel_all(call: Call, asset_key: str, order_key: str) -> dict[str, Any]:
    def cancel(wire: dict[str, Any]) -> str:
        market = market_of(call.venue, wire[asset_key])
        order = trading.find_open(call.account, market.name, wire[order_key])
        trading.cancel(call.venue, call.account, order)
        return "success"

    return _statuses("cancel", [_status_of(cancel, wire) for wire in call.action["cancels"]])


def _modify(call: Call, wire: dict[str, Any]) -> Order:
    request = read_order(wire["order"])
    market = market_of(call.venue, request.asset)
    try:
        old = trading.find_open(call.account, market.name, wire["oid"])
    except OrderRefusedError as error:
        raise ActionRefusedError(texts.MODIFY_GONE) from error
    validate_batch(call.venue, [request])
    trading.cancel(call.venue, call.account, old)
    return trading.place(call.venue, call.account, request, call.origin())


def _status_of(
    perform: Callable[[dict[str, Any]], dict[str, Any] | str], wire: dict[str, Any]
) -> dict[str, Any] | str:
    try:
        return perform(wire)
    except OrderRefusedError as refusal:
        return {"error": refusal.text}
    except ActionRefusedError as refusal:
        return {"error": str(refusal)}


def _statuses(kind: str, statuses: list[dict[str, Any] | str]) -> dict[str, Any]:
    return {"type": kind, "data": {"statuses": statuses}}
