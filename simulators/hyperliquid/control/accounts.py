"""Funding and shaping of accounts and markets from the test bench."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.hyperliquid.control.requests import ControlError, Fields
from simulators.hyperliquid.decimals import ZERO
from simulators.hyperliquid.engine.account import MODES, Account
from simulators.hyperliquid.engine.prices import set_price
from simulators.hyperliquid.engine.ticks import is_valid_price, is_valid_size
from simulators.hyperliquid.engine.transfers import change_mode
from simulators.hyperliquid.engine.universe import MAIN_DEX, UNSEEN_MAX_LEVERAGE
from simulators.hyperliquid.refusal import ActionRefusedError

if TYPE_CHECKING:
    from decimal import Decimal

    from simulators.hyperliquid.engine.venue import Venue

ACCOUNT_KEYS = (
    "address",
    "usdc",
    "dex_usdc",
    "mode",
    "role",
    "master",
    "multi_sig",
    "requests_used",
    "volume_usd",
)
PRICE_KEYS = ("symbol", "price", "level_size", "delisted")
MARKET_KEYS = ("symbol", "price", "size_decimals", "max_leverage", "only_isolated")
ROLES = frozenset({"user", "vault", "subAccount"})


def fund_account(venue: Venue, fields: Fields) -> Account:
    """Create or pay into an account."""
    usd = fields.number("usdc", ZERO)
    dex_usd = _dex_usd(fields)
    account = venue.account(fields.address("address"))
    _shape(venue, account, fields)
    for dex, amount in {MAIN_DEX: usd, **dex_usd}.items():
        if amount:
            venue.deposit(account.address, account.purse_of(dex), amount)
    venue.journal.is_dirty = True
    return account


def _dex_usd(fields: Fields) -> dict[str, Decimal]:
    given = fields.content.get("dex_usdc") or {}
    if not isinstance(given, dict):
        raise ControlError('dex_usdc must be an object, like {"xyz": "1000"}')
    amounts = Fields(given)
    return {dex: amounts.number(dex) for dex in given}


def _shape(venue: Venue, account: Account, fields: Fields) -> None:
    if fields.has("mode"):
        _set_mode(venue, account, fields.text("mode"))
    if fields.has("role"):
        role = fields.text("role")
        if role not in ROLES:
            raise ControlError(f"role must be one of {', '.join(sorted(ROLES))}")
        account.role = role
    if fields.has("master"):
        account.master = fields.address("master")
    account.is_multi_sig = fields.flag("multi_sig", default=account.is_multi_sig)
    account.requests_used = fields.integer("requests_used", account.requests_used)
    account.volume_usd = fields.number("volume_usd", account.volume_usd)


def _set_mode(venue: Venue, account: Account, mode: str) -> None:
    if mode not in MODES:
        raise ControlError(f"mode must be one of {', '.join(sorted(MODES))}")
    if mode != account.mode:
        try:
            change_mode(venue, account, mode)
        except ActionRefusedError as error:
            raise ControlError(str(error)) from error


def move_price(venue: Venue, fields: Fields) -> dict[str, Any]:
    """Set a market's price, its depth per level, or take it off the list."""
    market = venue.universe.by_name.get(fields.text("symbol"))
    if market is None:
        raise ControlError("symbol is not listed; list it with POST /_simulator/markets")
    if fields.has("level_size"):
        market.level_size = fields.number("level_size")
        if not is_valid_size(market.level_size, market.size_decimals):
            raise ControlError(f"level_size may have {market.size_decimals} decimals")
    market.is_delisted = fields.flag("delisted", default=market.is_delisted)
    price = fields.number("price", market.price)
    if price <= 0 or not is_valid_price(price, market.size_decimals):
        raise ControlError("price must be above 0 and on the tick: 5 significant figures")
    set_price(venue, market, price)
    return {"symbol": market.name, "price": str(price)}


def list_market(venue: Venue, fields: Fields) -> dict[str, Any]:
    """List a market; a colon in the symbol puts it on a builder dex."""
    price = fields.number("price")
    size_decimals = fields.integer("size_decimals", 2)
    if price <= 0 or not is_valid_price(price, size_decimals):
        raise ControlError("price must be above 0 and on the tick for size_decimals")
    leverage = fields.integer("max_leverage", UNSEEN_MAX_LEVERAGE)
    market = venue.universe.register(fields.text("symbol"), size_decimals, leverage, price)
    market.only_isolated = fields.flag("only_isolated", default=market.only_isolated)
    venue.journal.is_dirty = True
    return {"symbol": market.name, "asset": market.asset}
