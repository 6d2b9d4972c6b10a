"""The receipt of every copy and every skip: what was decided, on which numbers, and what came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from understudy.domain.ids import CopyId, FollowId, IntentId, TradeId, UserId
from understudy.domain.money import ZERO
from understudy.domain.reasons import Reason


class CopyStatus(StrEnum):
    """Where a copy stands; CLAIMED and WAITING are under way, the others final."""

    CLAIMED = "CLAIMED"
    WAITING = "WAITING"
    DONE = "DONE"
    SKIPPED = "SKIPPED"
    CARRIED = "CARRIED"
    EXPIRED = "EXPIRED"
    REJECTED = "REJECTED"
    NEEDS_OPERATOR = "NEEDS_OPERATOR"

    @property
    def is_terminal(self) -> bool:
        """Say whether the copy is over."""
        return self not in _UNDER_WAY


_UNDER_WAY = frozenset({CopyStatus.CLAIMED, CopyStatus.WAITING})


@dataclass(frozen=True, slots=True)
class LegResult:
    """One order of a copy, attempt by attempt.

    `slippage_bps` says how much worse than `reference_price` it filled, in basis points; below zero
    it filled better. `fee` and `closed_pnl` are estimates until `fee_is_final`, then the venue's
    own figures. `builder_fee` is what a builder got of the fee, known once it is final.
    """

    leg: int
    attempt: int
    intent_id: IntentId
    client_order_id: str
    kind: str
    side: str
    size: Decimal
    limit_price: Decimal
    reduce_only: bool
    state: str
    filled_size: Decimal = ZERO
    average_price: Decimal = ZERO
    reference_price: Decimal = ZERO
    slippage_bps: Decimal = ZERO
    fee: Decimal = ZERO
    closed_pnl: Decimal = ZERO
    fee_is_final: bool = False
    builder_fee: Decimal = ZERO
    order_id: str = ""
    answer: str = ""


@dataclass(frozen=True)
class Receipt:
    """What one follow did about one trade; `numbers` are the inputs the rule used, as decimals.

    `stages` are times in ms: executed, seen, stored, queued, decided, and of the order settled last
    signed, sent, answered. An order that was found at the venue later may lack what it was told.
    `bound_by` names the limit that made the order smaller than wanted, or that forbade it.
    `correction` says that no fill of the leader is behind the trade: the venue showed another
    position than the fills explain.
    """

    copy_id: CopyId
    follow_id: FollowId
    user_id: UserId
    trade_id: TradeId
    seq: int
    symbol: str
    leader_side: str
    leader_size: Decimal
    leader_price: Decimal
    leader_time_ms: int
    kind: str
    status: CopyStatus
    target: Decimal
    held: Decimal
    reason: Reason | None = None
    reason_text: str = ""
    bound_by: str = ""
    legs: tuple[LegResult, ...] = ()
    numbers: Mapping[str, Decimal] = field(default_factory=dict)
    stages: Mapping[str, int] = field(default_factory=dict)
    correction: bool = False
    version: int = 0
