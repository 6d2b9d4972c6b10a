"""The limits of the demo's followers: all three sizings, from a perfect copy to a timid one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class LimitSet:
    """One way to follow: its limits as the API takes them, and the USDC it starts with per dex.

    `perfect` says that no limit binds, so that its position must equal the leader's change.
    """

    title: str
    usdc: int
    limits: dict[str, Any]
    perfect: bool = False


def _roomy(**own: Any) -> dict[str, Any]:
    """Give limits wide enough that price and pace do not matter, with some narrower ones."""
    wide = {
        "max_total_leverage": "10",
        "max_open_positions": 20,
        "max_symbol_allocation_pct": "100",
        "stop_copy_drawdown_pct": "100",
        "slippage_bps": 300,
        "close_slippage_bps": 500,
        "max_copy_age_seconds": 300,
        "entries_per_minute": 300,
    }
    return {**wide, **own}


def _fixed(usdc: int) -> dict[str, str]:
    return {"kind": "fixed", "cost_per_order_usdc": str(usdc)}


def _ratio(percent: str) -> dict[str, str]:
    return {"kind": "ratio", "percent": percent}


PROPORTIONAL = {"kind": "proportional"}

LIMIT_SETS = (
    LimitSet(
        "perfect: 100 % of every trade",
        100_000_000,
        _roomy(
            copy_budget_usdc="50000000",
            sizing=_ratio("100"),
            max_total_leverage="50",
            slippage_bps=500,
        ),
        perfect=True,
    ),
    LimitSet(
        "10 % of the leader's size", 200_000, _roomy(copy_budget_usdc="100000", sizing=_ratio("10"))
    ),
    LimitSet(
        "in proportion to equity", 100_000, _roomy(copy_budget_usdc="50000", sizing=PROPORTIONAL)
    ),
    LimitSet(
        "fixed 100, few positions",
        10_000,
        {**_roomy(copy_budget_usdc="1000", sizing=_fixed(100)), "max_open_positions": 3},
    ),
    LimitSet(
        "25 %, leverage 3, orders to 2,000",
        300_000,
        _roomy(
            copy_budget_usdc="200000",
            sizing=_ratio("25"),
            max_total_leverage="3",
            max_order_usdc="2000",
        ),
    ),
    LimitSet(
        "throttled, 20 %",
        400_000,
        _roomy(
            copy_budget_usdc="200000",
            sizing=_ratio("20"),
            mode="throttled",
            throttle_window_ms=500,
        ),
    ),
    LimitSet(
        "in proportion, isolated, 30 % a symbol",
        250_000,
        _roomy(
            copy_budget_usdc="50000",
            sizing=PROPORTIONAL,
            margin_mode="isolated",
            max_symbol_allocation_pct="30",
        ),
    ),
    LimitSet(
        "50 %, longs only",
        500_000,
        _roomy(copy_budget_usdc="300000", sizing=_ratio("50"), sides="longs"),
    ),
    LimitSet(
        "fixed 250 on equity drawdown",
        50_000,
        _roomy(
            copy_budget_usdc="10000",
            sizing=_fixed(250),
            drawdown_basis="equity",
            stop_copy_drawdown_pct="50",
        ),
    ),
    LimitSet(
        "reversed, 15 %",
        300_000,
        _roomy(copy_budget_usdc="150000", sizing=_ratio("15"), reverse=True),
    ),
)


def limit_set(number: int) -> LimitSet:
    """Return the set of the follower with this number, from 0; past the last they repeat."""
    return LIMIT_SETS[number % len(LIMIT_SETS)]
