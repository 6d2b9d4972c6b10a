"""What an account is worth and what its positions and waiting orders hold back. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.hyperliquid.decimals import ZERO
from simulators.hyperliquid.engine.market import Market
from simulators.hyperliquid.engine.positions import Position

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from simulators.hyperliquid.engine.account import Account
    from simulators.hyperliquid.engine.universe import Universe

Held = tuple[Market, Position]


def held_in(account: Account, purse: str, universe: Universe) -> Iterator[Held]:
    """Yield the open positions that ``purse`` backs."""
    for coin, position in account.positions.items():
        market = universe.by_name[coin]
        if position.size and account.purse_of(market.dex) == purse:
            yield market, position


def account_value(account: Account, purse: str, universe: Universe) -> Decimal:
    """Return settled cash plus unrealized profit at the mid."""
    profit = sum((p.unrealized(m.price) for m, p in held_in(account, purse, universe)), ZERO)
    return account.cash(purse) + profit


def total_value(account: Account, universe: Universe) -> Decimal:
    """Return the value of all purses together."""
    cash = sum(account.purses.values(), ZERO)
    profit = sum(
        (p.unrealized(universe.by_name[coin].price) for coin, p in account.positions.items()), ZERO
    )
    return cash + profit


def position_margin(account: Account, market: Market, position: Position) -> Decimal:
    """Return what one position holds back."""
    leverage = account.leverage(market.name, market.max_leverage)
    return abs(position.size) * market.price / leverage.value + position.isolated_extra


def order_margin(account: Account, purse: str, universe: Universe) -> Decimal:
    """Return what the resting orders that may open hold back."""
    held = ZERO
    for order in account.orders.open.values():
        market = universe.by_name[order.coin]
        if not order.reduce_only and account.purse_of(market.dex) == purse:
            leverage = account.leverage(market.name, market.max_leverage)
            held += order.remaining * order.price / leverage.value
    return held


def margin_used(account: Account, purse: str, universe: Universe) -> Decimal:
    """Return what the positions of ``purse`` hold back."""
    held = held_in(account, purse, universe)
    return sum((position_margin(account, m, p) for m, p in held), ZERO)


def available(account: Account, purse: str, universe: Universe) -> Decimal:
    """Return what new positions may still use; never negative."""
    value = account_value(account, purse, universe)
    bound = margin_used(account, purse, universe) + order_margin(account, purse, universe)
    return max(ZERO, value - bound)


def maintenance(market: Market, position: Position) -> Decimal:
    """Return the maintenance margin: half of the initial one at the greatest leverage."""
    return abs(position.size) * market.price / (2 * market.max_leverage)
