"""What a user lets a builder charge, in tenths of a basis point."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from simulators.hyperliquid import texts
from simulators.hyperliquid.refusal import ActionRefusedError

if TYPE_CHECKING:
    from simulators.hyperliquid.engine.account import Account
    from simulators.hyperliquid.engine.orders import Builder

MINIMUM_BALANCE_USD = Decimal(100)
MAX_APPROVALS = 10
MAX_APPROVED = 1_000
MAX_ON_PERPS = 100
TENTHS_BP = Decimal(100_000)
_PERCENT = re.compile(r"(\d{1,2}(?:\.\d{1,6})?)%")


def parse_rate(max_fee_rate: str) -> int:
    """Return ``"0.05%"`` as tenths of a basis point (50)."""
    match = _PERCENT.fullmatch(max_fee_rate)
    tenths = Decimal(match[1]) * 1_000 if match else Decimal(-1)
    if tenths != int(tenths) or not 0 <= tenths <= MAX_APPROVED:
        raise ActionRefusedError(texts.BUILDER_FEE_RANGE)
    return int(tenths)


def approve(user: Account, builder: str, builder_equity_usd: Decimal, max_fee_rate: str) -> None:
    """Record or (zero) remove an approval."""
    tenths = parse_rate(max_fee_rate)
    if not tenths:
        user.builder_fees.pop(builder, None)
        return
    if builder_equity_usd < MINIMUM_BALANCE_USD:
        raise ActionRefusedError(texts.BUILDER_BALANCE)
    if builder not in user.builder_fees and len(user.builder_fees) >= MAX_APPROVALS:
        raise ActionRefusedError(texts.BUILDER_LIMIT)
    user.builder_fees[builder] = tenths


def check(user: Account, builder: Builder | None) -> None:
    """Refuse a builder that the user has not approved, or not for so much."""
    if builder is None:
        return
    approved = user.builder_fees.get(builder.address)
    if approved is None or builder.fee_tenths_bp > approved:
        raise ActionRefusedError(texts.BUILDER_NOT_APPROVED)
    if builder.fee_tenths_bp > MAX_ON_PERPS:
        raise ActionRefusedError(texts.BUILDER_FEE_RANGE)
