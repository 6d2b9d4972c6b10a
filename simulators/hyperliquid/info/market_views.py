"""Markets in the venue's shapes: metas, contexts, mids, books. Same order as the universe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.hyperliquid.addresses import named_address
from simulators.hyperliquid.decimals import to_wire
from simulators.hyperliquid.engine.ladder import LEVELS
from simulators.hyperliquid.engine.matching import quotes
from simulators.hyperliquid.engine.universe import MAIN_DEX, Universe

if TYPE_CHECKING:
    from simulators.hyperliquid.engine.market import Market
    from simulators.hyperliquid.engine.venue import Venue

USDC_TOKEN = 0


def meta_view(universe: Universe, dex: str) -> dict[str, Any]:
    """Return `meta` of one dex."""
    markets = universe.by_dex[dex]
    return {
        "universe": [_listing(market) for market in markets],
        "marginTables": _margin_tables(markets),
        "collateralToken": USDC_TOKEN,
    }


def _listing(market: Market) -> dict[str, Any]:
    listing: dict[str, Any] = {
        "szDecimals": market.size_decimals,
        "name": market.name,
        "maxLeverage": market.max_leverage,
        "marginTableId": market.margin_table_id,
    }
    if market.is_delisted:
        listing["isDelisted"] = True
    if market.only_isolated:
        listing |= {"onlyIsolated": True, "marginMode": "strictIsolated"}
    return listing


def _margin_tables(markets: list[Market]) -> list[list[Any]]:
    return [
        [
            market.margin_table_id,
            {
                "description": f"tiered {market.max_leverage}x",
                "marginTiers": [
                    {
                        "lowerBound": to_wire(tier.lower_bound_usd),
                        "maxLeverage": tier.max_leverage,
                    }
                    for tier in market.tiers
                ],
            },
        ]
        for market in markets
        if market.tiers
    ]


def context_view(market: Market) -> dict[str, Any]:
    """Return the live numbers of one market."""
    price = to_wire(market.price)
    has_book = market.depth > 0
    return {
        "funding": "0.0000125",
        "openInterest": to_wire(market.open_interest),
        "prevDayPx": price,
        "dayNtlVlm": to_wire(market.volume_usd),
        "premium": "0.0",
        "oraclePx": price,
        "markPx": price,
        "midPx": price if has_book else None,
        "impactPxs": [price, price] if has_book else None,
        "dayBaseVlm": "0.0",
    }


def mids_view(universe: Universe, dex: str) -> dict[str, str]:
    """Return `allMids` of one dex."""
    return {market.name: to_wire(market.price) for market in universe.by_dex[dex]}


def dexes_view(universe: Universe) -> list[dict[str, Any] | None]:
    """Return `perpDexs`; the main dex is null."""
    return [None if dex == MAIN_DEX else _dex_view(universe, dex) for dex in universe.dexes]


def _dex_view(universe: Universe, dex: str) -> dict[str, Any]:
    return {
        "name": dex,
        "fullName": dex.upper(),
        "deployer": named_address(f"deployer:{dex}"),
        "oracleUpdater": None,
        "feeRecipient": named_address(f"fee-recipient:{dex}"),
        "assetToStreamingOiCap": [[market.name, "100000000.0"] for market in universe.by_dex[dex]],
    }


def book_view(venue: Venue, market: Market) -> dict[str, Any]:
    """Return `l2Book`: 20 levels a side, waiting orders merged in."""
    sides = [_levels(venue, market, asks=asks) for asks in (False, True)]
    return {"coin": market.name, "time": venue.now_ms(), "levels": sides}


def _levels(venue: Venue, market: Market, *, asks: bool) -> list[dict[str, Any]]:
    levels: list[dict[str, Any]] = []
    price = None
    for quote in quotes(market, venue.waiting(market), asks=asks):
        if quote.price == price:
            level = levels[-1]
            level["n"] += 1
            level["total"] += quote.size
        elif len(levels) == LEVELS:
            break
        else:
            price = quote.price
            levels.append({"px": price, "total": quote.size, "n": 1})
    return [
        {"px": to_wire(level["px"]), "sz": to_wire(level["total"]), "n": level["n"]}
        for level in levels
    ]


SPOT_META: dict[str, Any] = {
    "universe": [{"tokens": [1, 0], "name": "PURR/USDC", "index": 0, "isCanonical": True}],
    "tokens": [
        {
            "name": name,
            "szDecimals": size_decimals,
            "weiDecimals": wei_decimals,
            "index": index,
            "tokenId": "0x" + named_address(f"token:{name}")[2:34],
            "isCanonical": True,
            "evmContract": None,
            "fullName": None,
        }
        for index, (name, size_decimals, wei_decimals) in enumerate(
            (("USDC", 8, 8), ("PURR", 0, 5))
        )
    ],
}
