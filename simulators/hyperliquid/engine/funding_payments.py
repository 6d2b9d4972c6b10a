"""What positions are paid for being held: one payment for each position at a time."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class FundingPayment:
    """One payment to an account in USD; negative: the account paid."""

    coin: str
    usd: Decimal
    size: Decimal
    rate: Decimal
    time_ms: int


def between(
    payments: list[FundingPayment], start_ms: int, end_ms: int | None
) -> list[FundingPayment]:
    """Return the payments from ``start_ms`` to ``end_ms``, both included, oldest first."""
    return [
        payment
        for payment in payments
        if start_ms <= payment.time_ms and (end_ms is None or payment.time_ms <= end_ms)
    ]
