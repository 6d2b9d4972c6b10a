"""Identities as pure functions of what they name: a retry computes the same one."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import NewType

FollowId = NewType("FollowId", str)
WalletId = NewType("WalletId", str)
UserId = NewType("UserId", str)
TradeId = NewType("TradeId", str)
IntentId = NewType("IntentId", str)
CopyId = NewType("CopyId", str)


def digest_of(*fields: str) -> str:
    """Hash text fields so that no two different lists give the same id.

    Each field is written as its length in bytes (4 bytes, big endian) and its UTF-8 bytes.
    """
    raw = map(str.encode, fields)
    framed = b"".join([len(each).to_bytes(4, "big") + each for each in raw])
    return hashlib.sha256(framed).hexdigest()


# What is sent again, as a leader's newest trade is to each of its follows, is named again. Only
# names are kept, which are short: a message of fills has hundreds of fields.
_name_of = lru_cache(maxsize=4096)(digest_of)


def trade_id(venue: str, leader: str, symbol: str, side: str, time_ms: int, n: int) -> TradeId:
    """Name a leader's trade; `n` counts late regroupings and is 0 in a clean run."""
    return TradeId(_name_of(venue, leader, symbol, side, str(time_ms), str(n)))


def copy_id(follow: FollowId, trade: TradeId) -> CopyId:
    """Name what one follow does about one trade."""
    return CopyId(_name_of("copy", follow, trade)[:32])


def intent_id(follow: FollowId, cause: str, leg: int, attempt: int) -> IntentId:
    """Name one pinned order; `cause` is the trade, or the convergence that asked for it."""
    return IntentId(_name_of("intent", follow, cause, str(leg), str(attempt)))


def order_cause(trade: TradeId, epoch: int) -> str:
    """Name what an order is for; after a restore nothing is named like what may be lost."""
    return f"{trade} {epoch}" if epoch else trade


def client_order_id(intent: IntentId) -> str:
    """Derive the venue's 128-bit client order id from an intent, as 0x and 32 hex digits."""
    return "0x" + intent[:32]
