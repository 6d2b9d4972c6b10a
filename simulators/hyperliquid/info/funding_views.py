"""Funding payments in the venue's shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.hyperliquid.decimals import to_wire

if TYPE_CHECKING:
    from simulators.hyperliquid.engine.funding_payments import FundingPayment

_NO_TRANSACTION = "0x" + "0" * 64


def funding_view(payment: FundingPayment) -> dict[str, Any]:
    """Return one payment as `userFunding` shows it; no transaction stands behind it."""
    return {
        "time": payment.time_ms,
        "hash": _NO_TRANSACTION,
        "delta": {
            "type": "funding",
            "coin": payment.coin,
            "usdc": to_wire(payment.usd),
            "szi": to_wire(payment.size),
            "fundingRate": to_wire(payment.rate),
            "nSamples": None,
        },
    }
