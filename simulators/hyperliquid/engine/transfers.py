"""Moves settled USD between accounts, purses and the outside. Never more than is free."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from simulators.hyperliquid import texts
from simulators.hyperliquid.engine.account import SPOT_PURSE, Account
from simulators.hyperliquid.engine.margin import available
from simulators.hyperliquid.engine.universe import MAIN_DEX
from simulators.hyperliquid.refusal import ActionRefusedError

if TYPE_CHECKING:
    from simulators.hyperliquid.engine.venue import Venue

WITHDRAWAL_FEE_USD = Decimal(1)


def send_usd(venue: Venue, sender: Account, destination: str, usd: Decimal) -> None:
    """Send free USD to another account."""
    purse = sender.purse_of(MAIN_DEX)
    _require(venue, sender, purse, usd, texts.TRANSFER_BALANCE)
    receiver = venue.account(destination)
    sender.credit(purse, -usd)
    receiver.credit(receiver.purse_of(MAIN_DEX), usd)
    receiver.deposited += usd
    sender.deposited -= usd
    venue.journal.is_dirty = True


def withdraw(venue: Venue, account: Account, usd: Decimal) -> None:
    """Take free USD out of the venue; the fee comes out of it."""
    purse = account.purse_of(MAIN_DEX)
    _require(venue, account, purse, usd, texts.WITHDRAWAL_BALANCE)
    if usd <= WITHDRAWAL_FEE_USD:
        raise ActionRefusedError(texts.WITHDRAWAL_BALANCE)
    account.credit(purse, -usd)
    account.deposited -= usd
    venue.journal.is_dirty = True


def transfer_between_classes(
    venue: Venue, account: Account, usd: Decimal, *, to_perp: bool
) -> None:
    """Move USD between the spot purse and the main perp purse of a standard account."""
    if account.is_unified:
        raise ActionRefusedError(texts.UNIFIED_FORBIDDEN)
    source, target = (SPOT_PURSE, MAIN_DEX) if to_perp else (MAIN_DEX, SPOT_PURSE)
    _require(venue, account, source, usd, texts.TRANSFER_BALANCE)
    account.credit(source, -usd)
    account.credit(target, usd)
    venue.journal.is_dirty = True


def change_mode(venue: Venue, account: Account, mode: str) -> None:
    """Change the mode; open positions forbid it, all USD moves to the purse that then counts."""
    if any(position.size for position in account.positions.values()):
        raise ActionRefusedError(texts.MODE_POSITIONS)
    total = sum(account.purses.values(), Decimal(0))
    account.mode = mode
    account.purses = {account.purse_of(MAIN_DEX): total}
    venue.journal.is_dirty = True


def _require(venue: Venue, account: Account, purse: str, usd: Decimal, refusal: str) -> None:
    if usd <= 0 or usd > available(account, purse, venue.universe):
        raise ActionRefusedError(refusal)
