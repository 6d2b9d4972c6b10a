"""Places, cancels and replaces orders. Every accepted or refused order leaves its trace."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_UP, Decimal
from typing import TYPE_CHECKING

from simulators.hyperliquid import texts
from simulators.hyperliquid.decimals import to_wire
from simulators.hyperliquid.engine.admission import ALO, admit, market_of
from simulators.hyperliquid.engine.fills import BUY, SELL
from simulators.hyperliquid.engine.matching import best_prices, crosses, executions
from simulators.hyperliquid.engine.misdeeds import DOUBLE, LOSE, REFUSE, RESIZE, Misdeed
from simulators.hyperliquid.engine.orders import CANCELED, FILLED, Order, OrderRequest, Origin
from simulators.hyperliquid.engine.reduce_only import trim_reduce_only
from simulators.hyperliquid.engine.settlement import settle
from simulators.hyperliquid.engine.ticks import lot
from simulators.hyperliquid.refusal import OrderRefusedError

if TYPE_CHECKING:
    from simulators.hyperliquid.engine.account import Account
    from simulators.hyperliquid.engine.market import Market
    from simulators.hyperliquid.engine.venue import Venue

IOC = "Ioc"
MARKET = "FrontendMarket"
IMMEDIATE = frozenset({IOC, MARKET})


def place(venue: Venue, account: Account, request: OrderRequest, origin: Origin) -> Order:
    """Place one order and return it as the client is told it stands."""
    market = market_of(venue, request.asset)
    order = _new_order(venue, account, market, request, origin)
    try:
        order.size = admit(venue, account, market, request)
        misdeed = venue.mischief.next_for(account.address, market.name)
        if misdeed is not None:
            return _mistreat(venue, account, market, order, misdeed)
        return _execute(venue, account, market, order)
    except OrderRefusedError as refusal:
        order.close(refusal.status, order.time_ms, refusal.text)
        _record(venue, account, order)
        return order


def cancel(venue: Venue, account: Account, order: Order, status: str = CANCELED) -> None:
    """Take an open order out of the book."""
    order.close(status, venue.now_ms())
    account.orders.finish(order)
    venue.resting[order.coin].remove(order)
    venue.note_order(order)


def find_open(account: Account, asset_name: str, reference: int | str) -> Order:
    """Return the open order with this oid or client id on this symbol, or refuse."""
    book = account.orders
    found = (
        book.by_oid.get(reference) if isinstance(reference, int) else book.by_cloid.get(reference)
    )
    if found is None or not found.is_open or found.coin != asset_name:
        raise OrderRefusedError(texts.NOT_OPEN)
    return found


def execute_waiting(venue: Venue, account: Account, market: Market, order: Order) -> None:
    """Let a woken trigger order trade at once; what does not trade is cancelled."""
    settle(venue, market, order, executions(order, order.remaining, market, venue.waiting(market)))
    if order.is_open:
        cancel(venue, account, order)
    trim_reduce_only(venue, market, account)


def _new_order(
    venue: Venue, account: Account, market: Market, request: OrderRequest, origin: Origin
) -> Order:
    return Order(
        oid=venue.take_oid(),
        user=account.address,
        coin=market.name,
        side=BUY if request.is_buy else SELL,
        price=request.price,
        size=request.size,
        reduce_only=request.reduce_only,
        tif=request.tif,
        cloid=request.cloid,
        time_ms=venue.now_ms(),
        origin=origin,
        trigger=request.trigger,
    )


def _record(venue: Venue, account: Account, order: Order) -> None:
    account.orders.add(order)
    if not (order.is_open and order.tif in IMMEDIATE and order.trigger is None):
        venue.note_order(order)


def _execute(venue: Venue, account: Account, market: Market, order: Order) -> Order:
    waiting = venue.waiting(market)
    if order.trigger is not None:
        waiting.triggers[order.oid] = order
        _record(venue, account, order)
        return order
    if order.tif == ALO:
        _check_post_only(venue, market, order)
    _cancel_own_crossing(venue, account, market, order)
    found = executions(order, order.size, market, waiting)
    if order.tif in IMMEDIATE and not found:
        raise _unmatched(venue, market, order)
    _record(venue, account, order)
    settle(venue, market, order, found)
    _rest_or_cancel(venue, account, market, order)
    for user in {account.address, *(e.maker.user for e in found if e.maker)}:
        trim_reduce_only(venue, market, venue.accounts[user])
    return order


def _rest_or_cancel(venue: Venue, account: Account, market: Market, order: Order) -> None:
    if not order.is_open:
        return
    if order.tif in IMMEDIATE:
        cancel(venue, account, order)
    else:
        venue.waiting(market).add(order)


def _unmatched(venue: Venue, market: Market, order: Order) -> OrderRefusedError:
    bid, ask = best_prices(market, venue.waiting(market))
    other_side = ask if order.is_buy else bid
    if order.tif == MARKET and other_side is None:
        return OrderRefusedError(texts.NO_LIQUIDITY, "marketOrderNoLiquidityRejected")
    return OrderRefusedError(texts.IOC_UNMATCHED, "iocCancelRejected")


def _check_post_only(venue: Venue, market: Market, order: Order) -> None:
    bid, ask = best_prices(market, venue.waiting(market))
    other_side = ask if order.is_buy else bid
    if other_side is not None and crosses(order, other_side):
        shown = [to_wire(price) if price is not None else "" for price in (bid, ask)]
        raise OrderRefusedError(texts.post_only_crossed(*shown), "badAloPxRejected")


def _cancel_own_crossing(venue: Venue, account: Account, market: Market, order: Order) -> None:
    own = []
    for waiting in venue.waiting(market).walk(asks=order.is_buy):
        if not crosses(order, waiting.price):
            break
        if waiting.user == order.user:
            own.append(waiting)
    for waiting in own:
        cancel(venue, account, waiting, "selfTradeCanceled")


def _mistreat(
    venue: Venue, account: Account, market: Market, order: Order, misdeed: Misdeed
) -> Order:
    if misdeed.kind == REFUSE:
        raise OrderRefusedError(misdeed.text)
    told = replace(order)
    if misdeed.kind == LOSE:
        return _pretend(venue, market, told)
    if misdeed.kind == RESIZE:
        unit = lot(market.size_decimals)
        order.size = max(unit, (order.size * misdeed.factor).quantize(unit, ROUND_UP))
        _execute(venue, account, market, order)
        return _pretend(venue, market, told)
    _execute(venue, account, market, order)
    if misdeed.kind == DOUBLE:
        _execute(venue, account, market, replace(told, oid=venue.take_oid()))
    return order


def _pretend(venue: Venue, market: Market, told: Order) -> Order:
    found = executions(told, told.size, market, venue.waiting(market))
    told.filled = sum((e.size for e in found), Decimal(0))
    told.filled_usd = sum((e.size * e.price for e in found), Decimal(0))
    if told.tif in IMMEDIATE:
        told.close(FILLED if told.filled else CANCELED, told.time_ms)
    return told
