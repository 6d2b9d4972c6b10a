"""Decides for whom a recovered signer acts, and whether that account may act at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.hyperliquid import texts
from simulators.hyperliquid.refusal import ActionRefusedError

if TYPE_CHECKING:
    from simulators.hyperliquid.engine.account import Account
    from simulators.hyperliquid.engine.venue import Venue
    from simulators.hyperliquid.wire.envelope import SignedAction


def authenticate(venue: Venue, signed: SignedAction, chain: str) -> Account:
    """Return the acting account, or refuse in the venue's words."""
    if signed.is_user_signed:
        return _own_wallet(venue, signed, chain)
    master = venue.agents.master_of(signed.signer, venue.now_ms())
    if master is None and signed.signer not in venue.accounts:
        raise ActionRefusedError(texts.wallet_unknown(signed.signer))
    account = _funded(venue, master or signed.signer)
    return account if signed.vault is None else _sub_account(venue, account, signed.vault)


def _own_wallet(venue: Venue, signed: SignedAction, chain: str) -> Account:
    account = _funded(venue, signed.signer)
    if signed.action["hyperliquidChain"] != chain:
        raise ActionRefusedError(texts.CHAIN_MISMATCH)
    inner = signed.action.get("nonce", signed.action.get("time"))
    if inner != signed.nonce:
        raise ActionRefusedError(texts.NONCE_MISMATCH)
    if signed.expires_after is not None:
        raise ActionRefusedError(texts.EXPIRES_UNSUPPORTED)
    return account


def _funded(venue: Venue, address: str) -> Account:
    account = venue.accounts.get(address)
    has_funds = account is not None and (
        any(account.purses.values()) or any(p.size for p in account.positions.values())
    )
    if account is None or not has_funds:
        raise ActionRefusedError(texts.must_deposit(address))
    if account.is_multi_sig:
        raise ActionRefusedError(texts.MULTI_SIG_REQUIRED)
    return account


def _sub_account(venue: Venue, master: Account, address: str) -> Account:
    account = venue.accounts.get(address)
    if account is None or account.master != master.address:
        raise ActionRefusedError(texts.vault_unknown(address))
    return account
