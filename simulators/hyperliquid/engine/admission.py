"""The checks an order passes before it may trade, in the venue's order and words. No effects."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from simulators.hyperliquid import texts
from simulators.hyperliquid.engine.margin import available
from simulators.hyperliquid.engine.ticks import is_valid_price, is_valid_size
from simulators.hyperliquid.engine.universe import BUILDER_DEX_OFFSET, BUILDER_DEX_STRIDE
from simulators.hyperliquid.refusal import OrderRefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulators.hyperliquid.engine.account import Account
    from simulators.hyperliquid.engine.market import Market
    from simulators.hyperliquid.engine.orders import OrderRequest
    from simulators.hyperliquid.engine.venue import Venue

MINIMUM_USD = Decimal(10)
FARTHEST = Decimal("0.8")
MAX_OPEN_ORDERS = 1_000
ALO = "Alo"


def validate_batch(venue: Venue, requests: Sequence[OrderRequest]) -> None:
    """Refuse the whole batch with one error, before any of it is placed."""
    if not requests:
        raise OrderRefusedError(texts.EMPTY_BATCH, whole_batch=True)
    for request in requests:
        market = market_of(venue, request.asset)
        _check_price(request, market)


def market_of(venue: Venue, asset: int) -> Market:
    """Return the market of an asset id, or refuse."""
    market = venue.universe.by_asset.get(asset)
    if market is not None:
        return market
    spot = BUILDER_DEX_STRIDE <= asset < BUILDER_DEX_OFFSET
    text = texts.SPOT_UNSUPPORTED if spot else texts.UNKNOWN_ASSET
    raise OrderRefusedError(text, whole_batch=True)


def _check_price(request: OrderRequest, market: Market) -> None:
    if request.price <= 0:
        raise OrderRefusedError(texts.INVALID_PRICE, "tickRejected", whole_batch=True)
    if not is_valid_price(request.price, market.size_decimals):
        raise OrderRefusedError(texts.TICK, "tickRejected", whole_batch=True)
    if abs(request.price - market.price) > market.price * FARTHEST and request.trigger is None:
        raise OrderRefusedError(texts.TOO_FAR, "oracleRejected", whole_batch=True)


def admit(venue: Venue, account: Account, market: Market, request: OrderRequest) -> Decimal:
    """Return the size that may trade (reduce-only is capped to the position), or refuse."""
    if venue.now_ms() < venue.rules.post_only_until_ms and request.tif != ALO:
        raise OrderRefusedError(texts.POST_ONLY_PERIOD)
    if market.is_delisted:
        raise OrderRefusedError(texts.DELISTED)
    _check_size(request, market)
    _check_trigger(account, request, market)
    size = _reducible(account, market, request) if request.reduce_only else request.size
    _check_minimum(venue, account, market, request, size)
    if request.trigger is None and not request.reduce_only:
        _check_margin(venue, account, market, size if request.is_buy else -size)
    return size


def _check_size(request: OrderRequest, market: Market) -> None:
    if request.size == 0:
        raise OrderRefusedError(texts.ZERO_SIZE)
    if request.size < 0 or not is_valid_size(request.size, market.size_decimals):
        raise OrderRefusedError(texts.INVALID_SIZE)


def _check_trigger(account: Account, request: OrderRequest, market: Market) -> None:
    trigger = request.trigger
    if trigger is not None and not (
        trigger.price > 0 and is_valid_price(trigger.price, market.size_decimals)
    ):
        raise OrderRefusedError(texts.INVALID_TRIGGER, "badTriggerPxRejected")
    waits = trigger is not None or request.reduce_only
    if waits and len(account.orders.open) >= MAX_OPEN_ORDERS:
        raise OrderRefusedError(texts.TOO_MANY_OPEN_ORDERS, "tooManyOpenOrdersRejected")


def _reducible(account: Account, market: Market, request: OrderRequest) -> Decimal:
    held = account.size(market.name)
    if request.trigger is not None:
        return request.size
    if held == 0 or (held > 0) == request.is_buy:
        raise OrderRefusedError(texts.REDUCE_ONLY, "reduceOnlyRejected")
    return min(request.size, abs(held))


def _check_minimum(
    venue: Venue, account: Account, market: Market, request: OrderRequest, size: Decimal
) -> None:
    if request.price * size >= MINIMUM_USD:
        return
    # Whether the real venue exempts a close of the whole position is not known: a switch.
    closes_all = request.reduce_only and size == abs(account.size(market.name))
    if not closes_all or venue.rules.strict_reduce_only_minimum:
        raise OrderRefusedError(texts.MINIMUM, "minTradeNtlRejected")


def _check_margin(venue: Venue, account: Account, market: Market, signed_size: Decimal) -> None:
    held = account.size(market.name)
    after_usd = abs(held + signed_size) * market.price
    leverage = account.leverage(market.name, market.max_leverage).value
    needed = (after_usd - abs(held) * market.price) / leverage
    if needed <= 0:
        return
    if leverage > market.max_leverage_at(after_usd):
        raise OrderRefusedError(texts.MARGIN_TIER, "perpMarginRejected")
    if needed > available(account, account.purse_of(market.dex), venue.universe):
        raise OrderRefusedError(texts.MARGIN, "perpMarginRejected")
