"""What a decision says: the ledger as it becomes and at most one order to pin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from understudy.domain.follows import Ledger
from understudy.domain.intents import IntentKind
from understudy.domain.reasons import Reason
from understudy.domain.situation import Situation
from understudy.domain.trades import Side


@dataclass(frozen=True, slots=True)
class OrderPlan:
    """An order to pin: unsigned size in base units, a limit price that is a valid tick."""

    kind: IntentKind
    side: Side
    size: Decimal
    limit_price: Decimal
    leverage: int
    margin: Decimal
    reference_price: Decimal

    @property
    def reduce_only(self) -> bool:
        """Say whether the order may only shrink a position."""
        return self.kind is IntentKind.EXIT


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do about a trade: the ledger as it becomes, an order or the reason for none."""

    ledger: Ledger
    order: OrderPlan | None = None
    reason: Reason | None = None
    bound_by: str = ""
    numbers: Mapping[str, Decimal] = field(default_factory=dict)
    recent_entries_ms: tuple[int, ...] | None = None

    @property
    def is_put_off(self) -> bool:
        """Say whether nothing speaks against an order: it only cannot leave yet."""
        return self.order is None and self.reason is None


def worst_price(situation: Situation, side: Side) -> Decimal:
    """Give the price at which an entry after this trade is reserved for and held to the limits.

    A buy never costs more than its limit price. A sell has no such bound: it counts at the trade's
    price, and one that fills better exceeds a limit by that improvement.
    """
    return max(situation.trade.price, situation.entry_cap(side))
