"""What a question weighs against an address's minute, and who keeps count of it.

The venue gives every address 1,200 a minute for orders and questions together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from understudy.domain.errors import RequestBudgetError
from understudy.domain.markets import HYPERLIQUID
from understudy.ports.delivery import Purpose, seconds_left

if TYPE_CHECKING:
    from understudy.ports.clock import Clock
    from understudy.ports.delivery import VenueBudget

USUAL_WEIGHT = 20
ROWS_PER_WEIGHT = 20
_LIGHT = frozenset(
    {"allMids", "clearinghouseState", "l2Book", "orderStatus", "spotClearinghouseState"}
)
_BY_ROWS = frozenset({"userFillsByTime", "userFunding", "userTwapSliceFillsByTime"})


def question_weight(kind: str) -> int:
    """Give what asking weighs, before the answer is known."""
    return 2 if kind in _LIGHT else USUAL_WEIGHT


def answer_weight(kind: str, answer: Any) -> int:
    """Give what the length of an answer adds: one for every 20 rows, rounded down."""
    return len(answer) // ROWS_PER_WEIGHT if kind in _BY_ROWS else 0


class Meter(Protocol):
    """Keeps count of the questions that one address asks."""

    def take(self, weight: int, *, urgent: bool = False) -> None:
        """Count weight; raises RequestBudgetError when nothing may be asked in this minute."""
        ...

    def refused(self) -> None:
        """Say that the venue answered 429."""
        ...


class NoMeter:
    """Lets every question pass: for those that ask seldom."""

    def take(self, weight: int, *, urgent: bool = False) -> None:
        """Pass."""

    def refused(self) -> None:
        """Do nothing: the caller is told by its own answer."""


class BudgetMeter:
    """Counts questions against the share of the request budget that is not for orders."""

    def __init__(self, budget: VenueBudget, clock: Clock) -> None:
        self._budget = budget
        self._clock = clock

    def take(self, weight: int, *, urgent: bool = False) -> None:
        """Count weight; raises DependencyError when the budget cannot be read."""
        purpose = Purpose.URGENT if urgent else Purpose.STATUS
        if not self._budget.take(HYPERLIQUID, purpose, weight):
            raise RequestBudgetError(HYPERLIQUID, seconds_left(self._clock.now_ms()))

    def refused(self) -> None:
        """Have everybody at this address ask less for a while."""
        self._budget.refused(HYPERLIQUID)
