"""Production decides as the copy rules say when they are worked out in exact fractions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.differential.sizing import run
from understudy.domain.markets import Market
from understudy.domain.money import multiply

if TYPE_CHECKING:
    from decimal import Decimal

    import pytest

CASES = 2_000
REASONS = {
    "ACCOUNT_MODE_UNSUPPORTED",
    "ACCOUNT_NOT_FUNDED",
    "BELOW_MIN_NOTIONAL",
    "BUDGET_EXHAUSTED",
    "CARRIED",
    "DRAWDOWN_STOP",
    "FOLLOW_PAUSED",
    "INSUFFICIENT_MARGIN",
    "KILL_SWITCH",
    "LEVERAGE_NOT_ALLOWED",
    "MAX_POSITIONS_REACHED",
    "NOTHING_TO_CLOSE",
    "POSITION_LIMIT",
    "SAME_ENTRY",
    "SIGNING_UNAVAILABLE",
    "STALE",
    "SYMBOL_ALLOCATION_EXCEEDED",
    "SYMBOL_IN_USE",
    "SYMBOL_NOT_ALLOWED",
}
ORDERS = {
    "entry",
    "entry copy_budget_usdc",
    "entry max_order_usdc",
    "entry max_position_usdc",
    "entry max_symbol_allocation_pct",
    "entry max_total_leverage",
    "exit",
}


def test_production_decides_as_exact_fractions_do_and_every_rule_is_met() -> None:
    differences = run(CASES, seed=2)
    assert not differences.found, "\n".join(map(str, differences.found[:3]))
    assert not (REASONS | ORDERS) - set(differences.outcomes)


def test_a_minimum_that_is_off_by_nothing_but_equality_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuses_the_minimum_too(market: Market, size: Decimal, price: Decimal) -> bool:
        return multiply(abs(size), price) <= market.min_notional

    monkeypatch.setattr(Market, "below_minimum", refuses_the_minimum_too)
    assert run(CASES, seed=2).found
