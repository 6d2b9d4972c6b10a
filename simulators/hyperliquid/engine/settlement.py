"""Books executions: positions, cash, fees, fills and public trades, both sides at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.hyperliquid.addresses import HOUSE
from simulators.hyperliquid.decimals import ZERO
from simulators.hyperliquid.engine import fees
from simulators.hyperliquid.engine.fills import BUY, Fill, PublicTrade, opposite
from simulators.hyperliquid.engine.matching import Execution
from simulators.hyperliquid.engine.orders import FILLED, Order

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from simulators.hyperliquid.engine.market import Market
    from simulators.hyperliquid.engine.venue import Venue


def settle(venue: Venue, market: Market, taker: Order, executions: Iterable[Execution]) -> None:
    """Book the trades of one incoming order and announce them in one frame."""
    fills: dict[str, list[Fill]] = {}
    trades = [
        _book(venue, market, (taker, execution.maker), execution, fills) for execution in executions
    ]
    _announce(venue, market, trades, fills)


def settle_with_house(venue: Venue, market: Market, maker: Order) -> None:
    """Fill a waiting order at its own price: the house came to it."""
    fills: dict[str, list[Fill]] = {}
    execution = Execution(maker.price, maker.remaining, maker)
    trade = _book(venue, market, (None, maker), execution, fills)
    _announce(venue, market, [trade], fills)


def _book(
    venue: Venue,
    market: Market,
    orders: tuple[Order | None, Order | None],
    execution: Execution,
    fills: dict[str, list[Fill]],
) -> PublicTrade:
    taker, maker = orders
    taker_side = taker.side if taker else opposite(maker.side if maker else BUY)
    trade = _public_trade(venue, market, execution, taker_side, orders)
    for order, side in ((taker, taker_side), (maker, opposite(taker_side))):
        if order is None:
            signed = execution.size if side == BUY else -execution.size
            venue.house.trade(market.name, signed, execution.price)
        else:
            fill = _fill(venue, market, order, trade, crossed=order is taker)
            fills.setdefault(order.user, []).append(fill)
    return trade


def _public_trade(
    venue: Venue,
    market: Market,
    execution: Execution,
    taker_side: str,
    orders: tuple[Order | None, Order | None],
) -> PublicTrade:
    digest, tid = venue.name_execution()
    taker, maker = (order.user if order else HOUSE for order in orders)
    now_ms = venue.now_ms()
    users = (taker, maker) if taker_side == BUY else (maker, taker)
    market.volume_usd += execution.price * execution.size
    return PublicTrade(
        market.name, taker_side, execution.price, execution.size, now_ms, digest, tid, users, now_ms
    )


def _fill(venue: Venue, market: Market, order: Order, trade: PublicTrade, *, crossed: bool) -> Fill:
    notional = trade.price * trade.size
    account = venue.account(order.user)
    signed = trade.size if order.is_buy else -trade.size
    change = account.position(market.name).apply(signed, trade.price)
    fee = fees.exchange_fee(market, notional, crossed=crossed)
    built = _pay_builder(venue, order, notional)
    account.credit(account.purse_of(market.dex), change.closed_pnl - fee - built)
    account.volume_usd += notional
    venue.house.fees_usd += fee
    _advance(order, account.address, trade, venue)
    fill = Fill(
        coin=market.name,
        price=trade.price,
        size=trade.size,
        side=order.side,
        time_ms=trade.time_ms,
        start_position=change.start,
        direction=change.direction,
        closed_pnl=change.closed_pnl,
        hash=trade.hash,
        oid=order.oid,
        crossed=crossed,
        fee=fee + built,
        tid=trade.tid,
        cloid=order.cloid,
        builder_fee=built or None,
    )
    account.fills.add(fill)
    venue.note_fill(order.user, fill)
    return fill


def _pay_builder(venue: Venue, order: Order, notional_usd: Decimal) -> Decimal:
    built = fees.builder_fee(order.origin.builder, notional_usd)
    if order.origin.builder is not None and built:
        builder = venue.account(order.origin.builder.address)
        builder.credit(builder.purse_of(""), built)
        return built
    return ZERO


def _advance(order: Order, user: str, trade: PublicTrade, venue: Venue) -> None:
    order.filled += trade.size
    order.filled_usd += trade.size * trade.price
    if order.remaining > 0:
        return
    order.close(FILLED, trade.time_ms)
    venue.accounts[user].orders.finish(order)
    venue.resting[order.coin].remove(order)
    venue.note_order(order)


def _announce(
    venue: Venue, market: Market, trades: list[PublicTrade], fills: dict[str, list[Fill]]
) -> None:
    if not trades:
        return
    market.recent.extend(trades)
    venue.events.traded(market.name, trades)
    for user, own in fills.items():
        venue.events.filled(user, own)
