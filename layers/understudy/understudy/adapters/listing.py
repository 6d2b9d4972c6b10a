"""The order in which follows and receipts are listed, as text that sorts. Pure."""

from __future__ import annotations

from understudy.domain.follows import Follow
from understudy.domain.receipts import Receipt

_TIME_DIGITS = 15
_NUMBER_DIGITS = 12


def number_text(number: int) -> str:
    """Write a trade's number so that texts sort as numbers do."""
    return f"{number:0{_NUMBER_DIGITS}d}"


def follow_order(follow: Follow) -> str:
    """Place a follow among its user's: by creation."""
    return f"FOLLOW#{follow.created_at_ms:0{_TIME_DIGITS}d}#{follow.follow_id}"


def receipt_order(receipt: Receipt) -> str:
    """Place a receipt among its user's: by the leader's time."""
    time, number = f"{receipt.leader_time_ms:0{_TIME_DIGITS}d}", number_text(receipt.seq)
    return f"COPY#{time}#{receipt.follow_id}#{number}"
