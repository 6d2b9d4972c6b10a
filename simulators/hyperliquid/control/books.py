"""The books laid open for a judge: everything, exactly, in strings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.hyperliquid.decimals import to_wire
from simulators.hyperliquid.engine.margin import total_value
from simulators.hyperliquid.info.fill_views import fill_view

if TYPE_CHECKING:
    from simulators.hyperliquid.engine.account import Account, Leverage
    from simulators.hyperliquid.engine.agents import Agent
    from simulators.hyperliquid.engine.orders import Order
    from simulators.hyperliquid.engine.venue import Venue
    from simulators.hyperliquid.windows import RestLimits


def books_view(venue: Venue, user: str | None) -> dict[str, Any]:
    """Return all accounts, or one."""
    chosen = [account for account in venue.accounts.values() if user in (None, account.address)]
    return {
        "time_ms": venue.now_ms(),
        "accounts": {account.address: _account_view(venue, account) for account in chosen},
        "house": {
            "cash_usd": to_wire(venue.house.cash_usd),
            "fees_usd": to_wire(venue.house.fees_usd),
            "positions": {coin: to_wire(size) for coin, size in venue.house.sizes.items()},
        },
        "prices": {name: to_wire(m.price) for name, m in venue.universe.by_name.items()},
    }


def requests_view(rest: RestLimits) -> dict[str, Any]:
    """Return what was asked in each minute of the clock, and how often the answer was 429."""
    return {
        "limits": "on" if rest.enabled else "off",
        "weight_by_minute": {str(minute): weight for minute, weight in rest.weights.items()},
        "refused_by_minute": {str(minute): count for minute, count in rest.refusals.items()},
    }


def _account_view(venue: Venue, account: Account) -> dict[str, Any]:
    return {
        "mode": account.mode,
        "deposited_usd": to_wire(account.deposited),
        "value_usd": to_wire(total_value(account, venue.universe)),
        "purses": {purse: to_wire(usd) for purse, usd in account.purses.items()},
        "positions": {
            coin: to_wire(position.size)
            for coin, position in account.positions.items()
            if position.size
        },
        "leverages": {
            coin: _leverage_view(account.leverage(coin, venue.universe.by_name[coin].max_leverage))
            for coin in {**account.leverages, **account.positions}
        },
        "orders": [order_view(order) for order in account.orders.every],
        "fills": [fill_view(fill) for fill in account.fills.fills],
        "twap_fills": [fill_view(fill) for fill in account.twap_fills.fills],
        "refused_actions": [
            {"time_ms": each.time_ms, "reduces": each.reduces} for each in account.refused_actions
        ],
        "agents": [_agent_view(a) for a in venue.agents.slots.get(account.address, {}).values()],
    }


def _leverage_view(leverage: Leverage) -> dict[str, Any]:
    return {"value": leverage.value, "is_cross": leverage.is_cross}


def order_view(order: Order) -> dict[str, Any]:
    """Return one order with its origin."""
    return {
        "cloid": order.cloid,
        "oid": order.oid,
        "user": order.user,
        "coin": order.coin,
        "side": order.side,
        "px": to_wire(order.price),
        "sz": to_wire(order.size),
        "filled": to_wire(order.filled),
        "filled_usd": to_wire(order.filled_usd),
        "reduce_only": order.reduce_only,
        "tif": order.tif,
        "status": order.status,
        "error": order.error,
        "received_ms": order.origin.received_ms,
        "nonce": order.origin.nonce,
        "signer": order.origin.signer,
    }


def _agent_view(agent: Agent) -> dict[str, Any]:
    return {
        "name": agent.name,
        "address": agent.address,
        "approved_ms": agent.approved_ms,
        "valid_until_ms": agent.valid_until_ms,
    }


def latency_view(venue: Venue, trades: list[dict[str, Any]]) -> dict[str, Any]:
    """Return when every trade left and when every order came, by the venue's clock."""
    keys = ("received_ms", "user", "cloid", "coin", "oid", "status")
    orders = (o for account in venue.accounts.values() for o in account.orders.every)
    return {
        "trades": trades,
        "orders": [{key: order_view(order)[key] for key in keys} for order in orders],
    }
