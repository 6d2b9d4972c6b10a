"""Slices too small or too early to order: they stay as the target's lead over what is held."""

from __future__ import annotations

from decimal import Decimal

from understudy.domain.follows import Ledger
from understudy.domain.money import BASIS_POINT, ZERO, multiply
from understudy.domain.replacing import replace
from understudy.domain.situation import Situation
from understudy.domain.trades import Trade

CARRY_TTL_MS = 300_000
# The longest window of a slower mode: so much later than its last trade a window may end.
WINDOW_MS = 60_000


def dated(ledger: Ledger, trade: Trade) -> Ledger:
    """Remember since when and from which price a part of the target is carried."""
    if ledger.carried_since_ms:
        return ledger
    return replace(ledger, carried_since_ms=trade.time_ms, carried_price=trade.last_price)


def undated(ledger: Ledger) -> Ledger:
    """Forget since when a part of the target was carried: none is any more."""
    if not ledger.carried_since_ms:
        return ledger
    return replace(ledger, carried_since_ms=0, carried_price=ZERO)


def without_carry(ledger: Ledger) -> Ledger:
    """Take the part of the target that was never ordered back."""
    target = ledger.target - ledger.wanted_more
    return replace(ledger, target=target, carried_since_ms=0, carried_price=ZERO)


def without_old_carry(situation: Situation) -> Ledger:
    """Drop a carried part that is too old, or whose price has moved out of the entry band."""
    ledger, trade = situation.ledger, situation.trade
    if not ledger.carried_since_ms:
        return ledger
    bps = Decimal(situation.follow.limits.slippage_bps)
    band = multiply(ledger.carried_price, bps, BASIS_POINT)
    moved = abs(trade.last_price - ledger.carried_price) > band
    if not moved and trade.time_ms - ledger.carried_since_ms <= CARRY_TTL_MS:
        return ledger
    return without_carry(ledger)


def without_late_carry(situation: Situation) -> Ledger:
    """Drop a carried part whose window ends far too late, as when its command was redriven.

    No trade comes with a window's end, so our own clock says how late it is.
    """
    ledger = situation.ledger
    since_ms = ledger.carried_since_ms
    if since_ms and situation.now_ms - since_ms > CARRY_TTL_MS + WINDOW_MS:
        return without_carry(ledger)
    return without_old_carry(situation)
