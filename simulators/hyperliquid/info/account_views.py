"""Accounts in the venue's shapes: clearinghouse per dex, spot balances, limits, agents, history."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from simulators.hyperliquid.decimals import ZERO, to_wire
from simulators.hyperliquid.engine.account import SPOT_PURSE, Account
from simulators.hyperliquid.engine.action_limits import cap
from simulators.hyperliquid.engine.margin import (
    account_value,
    available,
    held_in,
    maintenance,
    margin_used,
    order_margin,
    position_margin,
    total_value,
)

if TYPE_CHECKING:
    from simulators.hyperliquid.engine.market import Market
    from simulators.hyperliquid.engine.positions import Position
    from simulators.hyperliquid.engine.venue import Venue

_PLACES = Decimal("1e-8")
_NO_FUNDING = {"allTime": "0.0", "sinceOpen": "0.0", "sinceChange": "0.0"}
_WINDOWS = ("day", "week", "month", "allTime")


def _shown(value: Decimal) -> str:
    return to_wire(value.quantize(_PLACES))


def clearinghouse_view(venue: Venue, account: Account, dex: str) -> dict[str, Any]:
    """Return `clearinghouseState` of one dex; of a unified account only its positions mean much."""
    purse = account.purse_of(dex)
    held = [
        (market, position)
        for market, position in held_in(account, purse, venue.universe)
        if market.dex == dex
    ]
    summary = _summary(venue, account, purse, held)
    free = ZERO if account.is_unified else available(account, purse, venue.universe)
    return {
        "marginSummary": summary,
        "crossMarginSummary": summary,
        "crossMaintenanceMarginUsed": _shown(sum((maintenance(m, p) for m, p in held), ZERO)),
        "withdrawable": _shown(free),
        "assetPositions": [
            {"type": "oneWay", "position": _position(venue, account, market, position)}
            for market, position in held
        ],
        "time": venue.now_ms(),
    }


def _summary(
    venue: Venue, account: Account, purse: str, held: list[tuple[Market, Position]]
) -> dict[str, str]:
    exposure = sum((p.size * m.price for m, p in held), ZERO)
    notional = sum((abs(p.size) * m.price for m, p in held), ZERO)
    value = ZERO if account.is_unified else account_value(account, purse, venue.universe)
    used = sum((position_margin(account, m, p) for m, p in held), ZERO)
    return {
        "accountValue": _shown(value),
        "totalNtlPos": _shown(notional),
        "totalRawUsd": _shown(value - exposure),
        "totalMarginUsed": _shown(used),
    }


def _position(venue: Venue, account: Account, market: Market, position: Position) -> dict[str, Any]:
    leverage = account.leverage(market.name, market.max_leverage)
    margin = position_margin(account, market, position)
    profit = position.unrealized(market.price)
    shown: dict[str, Any] = {
        "type": "cross" if leverage.is_cross else "isolated",
        "value": leverage.value,
    }
    if not leverage.is_cross:
        shown["rawUsd"] = _shown(margin - position.size * market.price)
    return {
        "coin": market.name,
        "szi": to_wire(position.size),
        "leverage": shown,
        "entryPx": _shown(position.entry),
        "positionValue": _shown(abs(position.size) * market.price),
        "unrealizedPnl": _shown(profit),
        "returnOnEquity": _shown(profit * leverage.value / abs(position.cost)),
        "liquidationPx": _liquidation_price(venue, account, market, position),
        "marginUsed": _shown(margin),
        "maxLeverage": market.max_leverage,
        "cumFunding": _NO_FUNDING,
    }


def _liquidation_price(
    venue: Venue, account: Account, market: Market, position: Position
) -> str | None:
    purse = account.purse_of(market.dex)
    required = sum((maintenance(m, p) for m, p in held_in(account, purse, venue.universe)), ZERO)
    spare = account_value(account, purse, venue.universe) - required
    side = 1 if position.size > 0 else -1
    rate = 1 - Decimal(side) / (2 * market.max_leverage)
    price = market.price - side * spare / abs(position.size) / rate
    return _shown(price) if price > 0 else None


def spot_view(venue: Venue, account: Account) -> dict[str, Any]:
    """Return `spotClearinghouseState`: settled USDC, with what positions and orders hold back."""
    hold = ZERO
    if account.is_unified:
        hold = margin_used(account, SPOT_PURSE, venue.universe)
        hold += order_margin(account, SPOT_PURSE, venue.universe)
    total = account.cash(SPOT_PURSE)
    if not total and not hold:
        return {"balances": []}
    balance = {
        "coin": "USDC",
        "token": 0,
        "total": _shown(total),
        "hold": _shown(hold),
        "entryNtl": "0.0",
    }
    return {"balances": [balance]}


def rate_limit_view(account: Account) -> dict[str, Any]:
    """Return `userRateLimit`."""
    return {
        "cumVlm": to_wire(account.volume_usd),
        "nRequestsUsed": account.requests_used,
        "nRequestsCap": cap(account),
        "nRequestsSurplus": 0,
    }


def agents_view(venue: Venue, master: str) -> list[dict[str, Any]]:
    """Return `extraAgents`: the named ones, with bare names."""
    return [
        {"name": agent.name, "address": agent.address, "validUntil": agent.valid_until_ms}
        for agent in venue.agents.named(master)
    ]


def role_view(venue: Venue, address: str) -> dict[str, Any]:
    """Return `userRole`."""
    agent = venue.agents.by_address.get(address)
    if agent is not None:
        return {"role": "agent", "data": {"user": agent.master}}
    account = venue.accounts.get(address)
    if account is None or not (account.deposited or account.purses):
        return {"role": "missing"}
    if account.role == "subAccount":
        return {"role": "subAccount", "data": {"master": account.master}}
    return {"role": account.role}


def portfolio_view(venue: Venue, account: Account) -> list[list[Any]]:
    """Return `portfolio`: two points per window, the account's start and now."""
    now_ms, value = venue.now_ms(), total_value(account, venue.universe)
    history = {
        "accountValueHistory": [
            [account.created_ms, _shown(account.deposited)],
            [now_ms, _shown(value)],
        ],
        "pnlHistory": [[account.created_ms, "0.0"], [now_ms, _shown(value - account.deposited)]],
        "vlm": to_wire(account.volume_usd),
    }
    perp = [f"perp{window[0].upper()}{window[1:]}" for window in _WINDOWS]
    return [[window, history] for window in (*_WINDOWS, *perp)]


def fees_view() -> dict[str, Any]:
    """Return `userFees` of tier 0."""
    rates = {"cross": "0.00045", "add": "0.00015", "spotCross": "0.0007", "spotAdd": "0.0004"}
    return {
        "dailyUserVlm": [],
        "feeSchedule": rates | {"tiers": {"vip": [], "mm": []}, "referralDiscount": "0.04"},
        "userCrossRate": rates["cross"],
        "userAddRate": rates["add"],
        "userSpotCrossRate": rates["spotCross"],
        "userSpotAddRate": rates["spotAdd"],
        "activeReferralDiscount": "0.0",
        "trial": None,
        "feeTrialReward": "0.0",
        "nextTrialAvailableTimestamp": None,
    }
