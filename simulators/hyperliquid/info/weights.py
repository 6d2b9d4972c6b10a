"""What each request costs of the per-IP budget."""

from __future__ import annotations

from typing import Any

LIGHT = frozenset(
    {
        "l2Book",
        "allMids",
        "clearinghouseState",
        "orderStatus",
        "spotClearinghouseState",
        "exchangeStatus",
    }
)
LIGHT_WEIGHT, USUAL_WEIGHT, ROLE_WEIGHT = 2, 20, 60
ROWS_PER_WEIGHT = 20
BY_ROWS = frozenset(
    {
        "historicalOrders",
        "userFills",
        "userFunding",
        "userFillsByTime",
        "userTwapSliceFills",
        "userTwapSliceFillsByTime",
    }
)
ACTIONS_PER_WEIGHT = 40


def info_weight(kind: str) -> int:
    """Return the weight of a question before its answer is known."""
    if kind == "userRole":
        return ROLE_WEIGHT
    return LIGHT_WEIGHT if kind in LIGHT else USUAL_WEIGHT


def answer_weight(kind: str, answer: Any) -> int:
    """Return the weight that the length of the answer adds."""
    return len(answer) // ROWS_PER_WEIGHT if kind in BY_ROWS else 0


def action_weight(actions: int) -> int:
    """Return the weight of an action with this many entries."""
    return 1 + actions // ACTIONS_PER_WEIGHT
