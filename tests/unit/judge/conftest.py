"""A staged run that every test of the judge starts from, fresh each time."""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.judge.honest_follower import Follower
from tests.unit.judge.staging import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

FIXED = {"kind": "fixed", "cost_per_order_usdc": "100"}


@pytest.fixture(autouse=True)
def _exact_decimals() -> Iterator[None]:
    """Let the staged follower reckon exactly, here and nowhere else."""
    with localcontext(prec=60):
        yield


def followers() -> list[Follower]:
    wide = {
        "copy_budget_usdc": "200000",
        "max_symbol_allocation_pct": "100",
        "entries_per_minute": 100,
    }
    return [
        Follower("fixed", {"copy_budget_usdc": "1000", "sizing": FIXED}),
        Follower(
            "ratio", {"copy_budget_usdc": "1000", "sizing": {"kind": "ratio", "percent": "1"}}
        ),
        Follower(
            "reverse",
            {"copy_budget_usdc": "5000", "sizing": {"kind": "proportional"}, "reverse": True},
        ),
        Follower("longs", {"copy_budget_usdc": "1000", "sizing": FIXED, "sides": "longs"}),
        Follower(
            "perfect",
            {**wide, "sizing": {"kind": "ratio", "percent": "100"}},
            deposit=Decimal(1_000_000),
            perfect=True,
        ),
    ]


@pytest.fixture
def stage() -> Stage:
    """Stage opens, adds, reductions, a flip and closes; ETH ends short, BTC and SOL flat."""
    return (
        Stage(followers())
        .trade("BTC", "1", "1000")
        .trade("BTC", "2", "1010", gap_ms=20_000)
        .trade("ETH", "30", "50")
        .trade("BTC", "-1.5", "1005")
        .trade("SOL", "-400", "30")
        .trade("ETH", "-50", "49")
        .trade("SOL", "400", "31")
        .trade("BTC", "-1.5", "1002")
    )


@pytest.fixture
def evidence(stage: Stage) -> dict[str, Any]:
    return stage.evidence()
