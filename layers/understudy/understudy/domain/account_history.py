"""What happened on a follower's account by the venue's own record: executions and funding."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from understudy.domain.money import ZERO
from understudy.domain.trades import Fill


@dataclass(frozen=True, slots=True)
class OwnFill:
    """One execution on a follower's account, with what it cost and earned in USDC.

    `client_order_id` is '' for what no order with one of ours did. A negative fee is a rebate.
    `builder_fee` is what a builder got of the fee.
    """

    fill: Fill
    order_id: str
    client_order_id: str
    closed_pnl: Decimal
    fee: Decimal
    builder_fee: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class FundingPayment:
    """What a position was paid (negative: paid) at one time, in USDC."""

    symbol: str
    amount: Decimal
    time_ms: int
