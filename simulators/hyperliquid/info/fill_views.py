"""Fills and trades in the venue's shapes, single or aggregated by order."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from simulators.hyperliquid.decimals import to_wire

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulators.hyperliquid.engine.fills import Fill, PublicTrade

_PRICE_PLACES = Decimal("1e-8")


def fill_view(fill: Fill) -> dict[str, Any]:
    """Return one fill as `userFills` shows it."""
    view: dict[str, Any] = {
        "coin": fill.coin,
        "px": to_wire(fill.price),
        "sz": to_wire(fill.size),
        "side": fill.side,
        "time": fill.time_ms,
        "startPosition": to_wire(fill.start_position),
        "dir": fill.direction,
        "closedPnl": to_wire(fill.closed_pnl),
        "hash": fill.hash,
        "oid": fill.oid,
        "crossed": fill.crossed,
        "fee": to_wire(fill.fee),
        "tid": fill.tid,
    }
    if fill.cloid is not None:
        view["cloid"] = fill.cloid
    if fill.builder_fee is not None:
        view["builderFee"] = to_wire(fill.builder_fee)
    if fill.liquidation is not None:
        view["liquidation"] = dict(fill.liquidation)
    return view | {"feeToken": fill.fee_token, "twapId": fill.twap_id}


def twap_view(fill: Fill) -> dict[str, Any]:
    """Return one slice as `userTwapSliceFills` shows it."""
    return {"fill": fill_view(replace(fill, twap_id=None)), "twapId": fill.twap_id}


def trade_view(trade: PublicTrade) -> dict[str, Any]:
    """Return one public trade as the stream shows it."""
    return {
        "coin": trade.coin,
        "side": trade.side,
        "px": to_wire(trade.price),
        "sz": to_wire(trade.size),
        "time": trade.time_ms,
        "hash": trade.hash,
        "tid": trade.tid,
        "users": list(trade.users),
    }


def aggregated(fills: Iterable[Fill]) -> list[Fill]:
    """Merge the fills of one crossing order in one millisecond; order of first fills is kept."""
    merged: dict[tuple[object, ...], Fill] = {}
    for fill in fills:
        key = (fill.time_ms, fill.coin, fill.oid, fill.side, fill.direction)
        known = merged.get(key) if fill.crossed else None
        if known is None:
            merged[key if fill.crossed else (*key, fill.tid)] = fill
        else:
            merged[key] = _merge(known, fill)
    return list(merged.values())


def _merge(first: Fill, second: Fill) -> Fill:
    size = first.size + second.size
    cost = first.price * first.size + second.price * second.size
    return replace(
        first,
        size=size,
        price=(cost / size).quantize(_PRICE_PLACES),
        fee=first.fee + second.fee,
        closed_pnl=first.closed_pnl + second.closed_pnl,
    )
