"""A follower that broke its own limits is found: it copied by other limits than it shows."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.unit.judge.courtroom import (
    CLEAN,
    book_of,
    figures_of,
    fill_of,
    follow_of,
    only,
    order_of,
    receipt_of,
    settle_positions,
    verdict_of,
)
from tests.unit.judge.honest_follower import Follower
from tests.unit.judge.staging import Stage

RATIO = {"kind": "ratio", "percent": "10"}
FIXED = {"kind": "fixed", "cost_per_order_usdc": "100"}


def run_of(limits: dict[str, Any]) -> dict[str, Any]:
    stage = Stage([Follower("one", {"copy_budget_usdc": "5000", **limits})])
    stage.trade("BTC", "1", "1000").trade("ETH", "30", "50").trade("SOL", "50", "30")
    return stage.trade("BTC", "1", "1000").trade("BTC", "-1", "1000").evidence()


def judged_by(evidence: dict[str, Any], **shown: Any) -> dict[str, int]:
    evidence["follows"][0]["limits"] = {**evidence["follows"][0]["limits"], **shown}
    return figures_of(evidence)


@pytest.mark.parametrize("sizing", [RATIO, FIXED, {"kind": "proportional"}])
def test_the_run_is_clean_by_the_limits_it_was_made_with(sizing: dict[str, str]) -> None:
    assert figures_of(run_of({"sizing": sizing})) == CLEAN


@pytest.mark.parametrize(
    "shown",
    [
        {"sizing": {**RATIO, "percent": "9"}},
        {"sizing": FIXED},
        {"sizing": {"kind": "proportional"}},
        {"max_order_usdc": "12"},
        {"max_open_positions": 1},
        {"max_symbol_allocation_pct": "0.5"},
        {"max_position_usdc": "15"},
        {"symbols_deny": ["BTC"]},
        {"symbols_allow": ["SOL"]},
        {"sides": "shorts"},
        {"reverse": True},
        {"copy_budget_usdc": "20"},
        {"max_total_leverage": "1"},
    ],
    ids=lambda shown: next(iter(shown)),
)
def test_orders_beyond_the_limits_shown_are_mismatches(shown: dict[str, Any]) -> None:
    figures = judged_by(run_of({"sizing": RATIO}), **shown)

    assert figures["mismatched_positions"] >= 1


@pytest.mark.parametrize("shown", [{"symbols_deny": ["BTC"]}, {"sides": "shorts"}])
def test_they_are_so_where_another_symbols_order_came_before_them(shown: dict[str, Any]) -> None:
    follower = Follower("one", {"copy_budget_usdc": "5000", "sizing": RATIO})
    stage = Stage([follower], step_ms=1_000).trade("BTC", "1", "1000").trade("SOL", "-50", "30")
    evidence = stage.trade("BTC", "-1", "1000").evidence()
    later = str(int(Decimal(order_of(evidence, "one", 2)["received_ms"])) + 100)
    order_of(evidence, "one", 1).update(received_ms=later, nonce=later)
    fill_of(evidence, "one", 1)["time"] = later
    receipt_of(evidence, "one", 2)["numbers"] = {}  # they told of an order that came before
    assert figures_of(evidence) == CLEAN

    assert judged_by(evidence, **shown) == only(mismatched_positions=1)


def filled_twice(second: str) -> dict[str, Any]:
    """Give a run whose first order filled by half, and a second one after another symbol's."""
    follower = Follower("one", {"copy_budget_usdc": "50000", "sizing": RATIO})
    stage = Stage([follower], step_ms=1_000).trade("BTC", "1", "1000").trade("SOL", "50", "30")
    evidence = stage.evidence()
    book, legs = book_of(evidence, "one"), receipt_of(evidence, "one", 1)["legs"]
    order, fill = order_of(evidence, "one", 1), fill_of(evidence, "one", 1)
    order["filled"] = fill["sz"] = legs[0]["filled_size"] = "0.05"
    later = str(int(Decimal(order_of(evidence, "one", 2)["received_ms"])) + 100)
    again = {"oid": 777, "cloid": "0x" + "e" * 32, "sz": second}
    book["orders"].append({**order, **again, "filled": second, "received_ms": later})
    book["orders"][-1]["nonce"] = later
    book["fills"].append({**fill, "oid": 777, "tid": 777, "sz": second, "time": later})
    legs.append({**legs[0], "attempt": 2, "client_order_id": again["cloid"], "size": second})
    legs[-1]["filled_size"] = second
    settle_positions(evidence, "one")
    follow_of(evidence, "one")["portfolio"] = dict(book["positions"])
    receipt_of(evidence, "one", 2)["numbers"] = {}  # they told of an order that came before
    return evidence


def test_what_a_late_order_adds_is_no_more_than_the_first_one_left() -> None:
    assert figures_of(filled_twice("0.05")) == CLEAN
    assert figures_of(filled_twice("0.1")) == only(mismatched_positions=1)
    assert figures_of(filled_twice("3")) == only(mismatched_positions=1)


def test_a_buy_that_keeps_its_cap_only_at_the_trades_price_is_a_mismatch() -> None:
    all_of_it = {"sizing": {**RATIO, "percent": "100"}, "copy_budget_usdc": "100"}
    careless = {**all_of_it, "slippage_bps": "0"}
    assert figures_of(run_of(careless)) == CLEAN

    figures = judged_by(run_of(careless), slippage_bps="50")

    assert figures["mismatched_positions"] >= 1


def test_more_entries_a_minute_than_allowed_are_a_mismatch() -> None:
    stage = Stage([Follower("one", {"copy_budget_usdc": "5000", "sizing": RATIO})])
    stage.trade("BTC", "1", "1000").trade("ETH", "30", "50", gap_ms=5_000)

    assert judged_by(stage.evidence(), entries_per_minute=1) == only(mismatched_positions=1)


def test_paying_one_entry_twice_is_a_mismatch() -> None:
    stage = Stage([Follower("one", {"copy_budget_usdc": "5000", "sizing": RATIO})])
    stage.trade("BTC", "1", "1000").trade("BTC", "1", "1000", gap_ms=5_000)
    evidence = stage.evidence()
    paid = {"kind": "fixed", "cost_per_order_usdc": "20"}

    figures = judged_by(evidence, sizing=paid)

    assert figures["mismatched_positions"] == 1


def test_a_skip_that_wider_limits_would_allow_is_unjustified() -> None:
    evidence = run_of({"sizing": FIXED, "max_open_positions": 2})

    assert judged_by(evidence, max_open_positions=3) == only(unjustified_skips=1)


def test_a_carried_slice_that_was_large_enough_is_unjustified() -> None:
    evidence = run_of({"sizing": {**RATIO, "percent": "0.5"}})

    assert judged_by(evidence, sizing=RATIO)["unjustified_skips"] >= 1


def test_a_perfect_follow_must_hold_what_the_leader_holds() -> None:
    evidence = run_of({"sizing": RATIO})
    evidence["follows"][0]["perfect"] = True

    verdict = verdict_of(evidence)

    assert "perfect" in verdict.findings[0].text
    assert verdict.figures["mismatched_positions"] == 3


def test_a_reduction_that_closed_too_little_is_a_mismatch() -> None:
    evidence = run_of({"sizing": RATIO})
    leg = receipt_of(evidence, "one", 5)["legs"][0]
    half = str(Decimal(leg["size"]) / 2)
    leg.update(size=half, filled_size=half)
    book = evidence["books"][evidence["follows"][0]["wallet_address"]]
    book["orders"][-1].update(sz=half, filled=half)
    book["fills"][-1].update(sz=half)
    held = str(Decimal(book["positions"]["BTC"]) + Decimal(half))
    book["positions"]["BTC"] = evidence["follows"][0]["portfolio"]["BTC"] = held

    assert figures_of(evidence) == only(mismatched_positions=1)


def _opened_at_leverage_one(before: str) -> dict[str, int]:
    """Judge a follow that claims leverage 1 for what it opened on a symbol."""
    follower = Follower("one", {"copy_budget_usdc": "5000", "sizing": RATIO})
    stage = Stage([follower], positions={"BTC": Decimal(before)})
    evidence = stage.trade("BTC", "1", "1000").evidence()
    receipt_of(evidence, "one", 1)["numbers"]["leverage"] = "1"
    return figures_of(evidence)


def test_a_leverage_that_nobody_saw_may_count_as_one() -> None:
    assert _opened_at_leverage_one("0") == CLEAN


def test_a_leverage_that_the_venue_showed_from_the_beginning_must_be_used() -> None:
    assert _opened_at_leverage_one("4") == only(mismatched_positions=1)
