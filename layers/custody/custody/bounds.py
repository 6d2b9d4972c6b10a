"""A policy's bounds: what makes them wider, and the text by which an owner agrees to that. Pure.

The text is built here from the bounds themselves, so that nobody signs what somebody else wrote.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from understudy.adapters.identity.ethereum import personal_message_digest, recover_address
from understudy.domain.errors import InvalidInputError
from understudy.domain.money import ZERO, plain_text

if TYPE_CHECKING:
    from custody.agents import Agent, Bounds, Policy

LARGEST_NOTIONAL = Decimal(100_000_000_000)
LARGEST_LEVERAGE = 50
WIDEST_BAND_BPS = 10_000
MOST_SYMBOLS = 100
_SYMBOL = re.compile(r"[0-9A-Za-z:@/_.-]{1,32}")


def require_meant(policy: Policy) -> None:
    """Raise InvalidInputError for bounds that cannot be meant."""
    amounts = (policy.max_order_notional, policy.max_daily_notional)
    symbols = (*policy.symbols_allow, *policy.symbols_deny)
    is_meant = (
        all(each.is_finite() and ZERO < each <= LARGEST_NOTIONAL for each in amounts)
        and 1 <= policy.max_leverage <= LARGEST_LEVERAGE
        and 1 <= policy.price_band_bps <= WIDEST_BAND_BPS
        and len(symbols) <= MOST_SYMBOLS
        and all(_SYMBOL.fullmatch(each) for each in symbols)
    )
    if not is_meant:
        raise InvalidInputError(
            f"amounts must be above 0 and at most {LARGEST_NOTIONAL} USDC, leverage 1 to"
            f" {LARGEST_LEVERAGE}, the band 1 to {WIDEST_BAND_BPS} basis points, with at most"
            f" {MOST_SYMBOLS} symbols"
        )


def widens(before: Policy, after: Policy) -> bool:
    """Say whether anything could be signed under the new bounds that could not be before."""
    return (
        after.max_order_notional > before.max_order_notional
        or after.max_daily_notional > before.max_daily_notional
        or after.max_leverage > before.max_leverage
        or after.price_band_bps > before.price_band_bps
        or _allows_more(before, after)
    )


def agreement(agent: Agent, before: Bounds, after: Policy, valid_until_ms: int) -> str:
    """Write what a wallet's owner signs so that its bounds may be widened, once and in time.

    They are those of every agent of the wallet; the one that was asked by is named so that the
    text counts in this deployment alone.
    """
    symbols = ", ".join(after.symbols_allow) or "all"
    denied = ", ".join(after.symbols_deny) or "none"
    return (
        "Understudy: widen what agents may sign for my account.\n\n"
        f"Account: {agent.wallet_address}\n"
        f"Asked by agent: {agent.address}\n"
        f"Largest order: {plain_text(after.max_order_notional)} USDC\n"
        f"Most a day: {plain_text(after.max_daily_notional)} USDC\n"
        f"Highest leverage: {after.max_leverage}\n"
        f"Farthest from the market price: {after.price_band_bps} basis points\n"
        f"Symbols: {symbols}\n"
        f"Symbols left out: {denied}\n"
        f"Change number: {before.version + 1}\n"
        f"Good until: {valid_until_ms} (ms since 1970)"
    )


def is_agreed(agent: Agent, text: str, signature: str) -> bool:
    """Say whether the wallet's owner has signed just this text; raises InvalidInputError."""
    return recover_address(personal_message_digest(text), signature) == agent.wallet_address


def _allows_more(before: Policy, after: Policy) -> bool:
    if not after.symbols_allow:
        is_open = not before.symbols_allow
        return not (is_open and set(before.symbols_deny) <= set(after.symbols_deny))
    return any(after.allows(each) and not before.allows(each) for each in after.symbols_allow)
