"""The venue's markets and fills as our own words. Pure; fed by recorded payloads in tests.

A shape that does not fit raises KeyError, TypeError, ValueError or InvalidInputError.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from understudy.adapters.venues.hyperliquid.constants import (
    BUILDER_DEX_BASE,
    BUILDER_DEX_STRIDE,
    GROWTH_SHARE,
    MIN_NOTIONAL_USDC,
    TAKER_FEE,
    USUAL_BUILDER_SCALE,
)
from understudy.adapters.venues.hyperliquid.rounding import price_grid
from understudy.domain.account_history import FundingPayment, OwnFill
from understudy.domain.markets import HYPERLIQUID, Market
from understudy.domain.money import parse_decimal
from understudy.domain.trades import Fill, FillKey, Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from understudy.adapters.venues.hyperliquid.models import (
        Dex,
        FillRow,
        FundingRow,
        Listing,
        Meta,
    )

Row = TypeVar("Row", "FillRow", "FundingRow")

_SIDES = {"B": Side.BUY, "A": Side.SELL}
_ONE_SIDED_MARGIN = frozenset({"strictIsolated", "noCross"})


def number(text: str, name: str) -> Decimal:
    """Read a number of the wire, which is always text."""
    if not isinstance(text, str):
        raise TypeError(f"{name} must be text")
    return parse_decimal(text, name=name)


def is_perpetual(coin: str) -> bool:
    """Say whether a coin's name is a perpetual's; spot and outcome names have their own marks."""
    return not coin.startswith(("@", "#")) and "/" not in coin


def dex_of(symbol: str) -> str:
    """Give the dex of a symbol, '' for the venue's own."""
    dex, colon, _ = symbol.partition(":")
    return dex if colon else ""


def dex_name(row: Dex | None) -> str:
    """Give the name of a dex of `perpDexs`; the first is the venue's own, ''."""
    return "" if row is None else row["name"]


def parse_markets(dex_number: int, row: Dex | None, meta: Meta) -> list[Market]:
    """Read a dex's live markets; those delisted keep their number and are left out."""
    dex, scale = dex_name(row), USUAL_BUILDER_SCALE
    first = BUILDER_DEX_BASE + BUILDER_DEX_STRIDE * dex_number if dex else 0
    if row is not None and "deployerFeeScale" in row:
        scale = number(row["deployerFeeScale"], "deployerFeeScale")
    return [
        _market(first + place, dex, listing, scale)
        for place, listing in enumerate(meta["universe"])
        if not listing.get("isDelisted", False)
    ]


def parse_fills(rows: Iterable[FillRow], seen_at_ms: int) -> list[Fill]:
    """Read the fills of perpetuals, in execution order."""
    return [parse_fill(row, seen_at_ms) for row in in_execution_order(rows)]


def parse_own_fills(rows: Iterable[FillRow], seen_at_ms: int) -> list[OwnFill]:
    """Read a follower's fills of perpetuals with what they cost; the fee holds any builder fee."""
    return [
        OwnFill(
            fill=parse_fill(row, seen_at_ms),
            order_id=str(row["oid"]),
            client_order_id=row.get("cloid") or "",
            closed_pnl=number(row["closedPnl"], "closedPnl"),
            fee=number(row["fee"], "fee"),
            builder_fee=number(row.get("builderFee", "0"), "builderFee"),
        )
        for row in in_execution_order(rows)
    ]


def parse_funding(rows: Iterable[FundingRow]) -> list[FundingPayment]:
    """Read what a follower's perpetuals were paid, in order of time."""
    payments = [
        FundingPayment(row["delta"]["coin"], number(row["delta"]["usdc"], "usdc"), row["time"])
        for row in rows
    ]
    return sorted(payments, key=lambda payment: payment.time_ms)


def oldest_first(page: list[Row]) -> list[Row]:
    """Turn a page that runs from new to old round, so that equal times keep execution order."""
    if page and page[0]["time"] > page[-1]["time"]:
        page.reverse()
    return page


def in_execution_order(rows: Iterable[FillRow]) -> list[FillRow]:
    """Sort fills of perpetuals by time, stable: within a millisecond `tid` says nothing."""
    perpetuals = (row for row in rows if is_perpetual(row["coin"]))
    return sorted(perpetuals, key=lambda row: row["time"])


def fill_key(row: FillRow) -> FillKey:
    """Give what makes a fill the same on every page."""
    return FillKey(row["coin"], row["time"], str(row["tid"]), _SIDES[row["side"]])


def position_after(row: FillRow) -> Decimal:
    """Give the signed position that a fill left."""
    size = number(row["sz"], "sz") * _SIDES[row["side"]].sign
    return number(row["startPosition"], "startPosition") + size


def funding_key(row: FundingRow) -> tuple[str, int]:
    """Give what makes a payment the same on every page: a position is paid once at a time."""
    return row["delta"]["coin"], row["time"]


def parse_fill(row: FillRow, seen_at_ms: int) -> Fill:
    """Read one fill."""
    liquidation = row.get("liquidation")
    return Fill(
        symbol=row["coin"],
        side=_SIDES[row["side"]],
        price=number(row["px"], "px"),
        size=number(row["sz"], "sz"),
        time_ms=row["time"],
        tid=str(row["tid"]),
        seen_at_ms=seen_at_ms,
        start_position=number(row["startPosition"], "startPosition"),
        liquidated_user=liquidation["liquidatedUser"].lower() if liquidation else None,
    )


def parse_prices(mids: Mapping[str, str]) -> dict[str, Decimal]:
    """Read the middle prices of perpetuals."""
    return {coin: number(mid, coin) for coin, mid in mids.items() if is_perpetual(coin)}


def _market(asset: int, dex: str, listing: Listing, builder_scale: Decimal) -> Market:
    return Market(
        venue=HYPERLIQUID,
        symbol=listing["name"],
        asset=asset,
        size_decimals=listing["szDecimals"],
        prices=price_grid(listing["szDecimals"]),
        max_leverage=listing["maxLeverage"],
        min_notional=MIN_NOTIONAL_USDC,
        dex=dex,
        only_isolated=listing.get("onlyIsolated", False)
        or listing.get("marginMode") in _ONE_SIDED_MARGIN,
        taker_fee=TAKER_FEE * _fee_scale(listing, builder_scale) if dex else TAKER_FEE,
    )


def _fee_scale(listing: Listing, builder_scale: Decimal) -> Decimal:
    """Give the multiple of the usual fee: the builder's part, matched by the venue above one."""
    own = listing.get("deployerFeeScale")
    scale = builder_scale if own is None else number(own, "deployerFeeScale")
    both = 1 + scale if scale < 1 else 2 * scale
    return both * GROWTH_SHARE if listing.get("growthMode") == "enabled" else both
