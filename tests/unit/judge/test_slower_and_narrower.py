"""Slower modes, narrow bands and small budgets: production runs on which nobody is accused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.unit.judge.courtroom import CLEAN, figures_of, follow_of, verdict_of
from tests.unit.judge.production import ProductionRun
from tests.unit.judge.test_production_runs import DECIMALS, fixed, ratio
from understudy.domain.limits import CopyMode, Limits, OnStop

SLOWER = [CopyMode.THROTTLED, CopyMode.SAFE_POLL]
EVERYTHING = {"max_symbol_allocation_pct": Decimal(100), "max_total_leverage": Decimal(50)}
Moves = list[tuple[str, list[tuple[str, str]], int]]


def run_of(limits: Limits, moves: Moves, equity: str = "100000000") -> dict[str, Any]:
    run = ProductionRun({"one": limits}, DECIMALS, equity)
    for symbol, parts, gap_ms in moves:
        run.trade(symbol, parts, gap_ms)
    assert run.world.failed == []
    return run.evidence()


def outcomes(evidence: dict[str, Any]) -> list[tuple[str, str | None]]:
    receipts = follow_of(evidence, "one")["receipts"]
    return [(one["status"], one.get("reason")) for one in receipts]


def test_an_order_that_missed_its_band_had_dropped_the_older_slice_before() -> None:
    moves: Moves = [
        ("BTC", [("0.5", "990")], 0),
        ("BTC", [("0.6", "1000"), ("0.6", "1001")], 2_000),
    ]

    evidence = run_of(ratio("5000", "1", slippage_bps=0), moves)

    assert outcomes(evidence)[1] == ("SKIPPED", "PRICE_OUT_OF_BAND")
    assert follow_of(evidence, "one")["receipts"][1]["legs"][0]["size"] == "0.012"
    assert verdict_of(evidence).findings == []


def test_a_slice_is_too_small_by_the_limit_price_that_the_venue_measures_by() -> None:
    evidence = run_of(ratio("5000", "1", slippage_bps=500), [("ETH", [("-21.05", "50")], 0)])

    assert outcomes(evidence) == [("CARRIED", "CARRIED")]
    assert verdict_of(evidence).findings == []


def test_a_perfect_follow_carries_a_slice_that_is_too_small_by_its_limit_price() -> None:
    limits = ratio("5000", "100", slippage_bps=500, **EVERYTHING)
    run = ProductionRun({"perfect": limits}, DECIMALS, "100000000")
    run.trade("ETH", [("-0.21", "50")], 0)
    evidence = run.evidence()

    assert [one["status"] for one in follow_of(evidence, "perfect")["receipts"]] == ["CARRIED"]
    assert verdict_of(evidence).findings == []


def test_an_account_had_all_it_has_before_its_first_order() -> None:
    limits = fixed("5000", "5000", **EVERYTHING)

    evidence = run_of(limits, [("SOL", [("1", "30")], 0)], equity="100")

    assert outcomes(evidence) == [("DONE", None)]
    assert verdict_of(evidence).findings == []


@pytest.mark.parametrize("mode", SLOWER)
def test_what_a_window_orders_counts_its_own_symbol_and_is_not_stopped_by_it(
    mode: CopyMode,
) -> None:
    limits = ratio("5000", "10", mode=mode, max_open_positions=1)

    evidence = run_of(limits, [("BTC", [("1", "1000")], 0)])

    assert outcomes(evidence) == [("DONE", None)]
    assert verdict_of(evidence).findings == []


@pytest.mark.parametrize("mode", SLOWER)
def test_a_slower_mode_that_opens_more_symbols_than_it_may_is_found(mode: CopyMode) -> None:
    moves: Moves = [("BTC", [("1", "1000")], 0), ("ETH", [("20", "50")], 70_000)]
    evidence = run_of(ratio("5000", "10", mode=mode, max_open_positions=2), moves)
    assert figures_of(evidence) == CLEAN

    follow_of(evidence, "one")["limits"]["max_open_positions"] = 1

    assert figures_of(evidence) != CLEAN


@pytest.mark.parametrize("mode", SLOWER)
def test_a_turn_in_a_slower_mode_is_sized_before_what_it_closes_is_free_again(
    mode: CopyMode,
) -> None:
    moves: Moves = [("BTC", [("0.3", "1000")], 0), ("BTC", [("-6.3", "1000")], 70_000)]

    evidence = run_of(ratio("600", "100", mode=mode, **EVERYTHING), moves)

    assert Decimal(follow_of(evidence, "one")["portfolio"]["BTC"]) < 0
    assert verdict_of(evidence).findings == []


@pytest.mark.parametrize("mode", SLOWER)
def test_a_turn_of_which_nothing_may_be_opened_closes_at_the_windows_end(mode: CopyMode) -> None:
    moves: Moves = [
        ("SOL", [("-1.4", "30")], 0),
        ("SOL", [("3.1", "30")], 70_000),
        ("SOL", [("-25", "30")], 70_000),
        ("SOL", [("-40", "30")], 500),
    ]

    evidence = run_of(ratio("12", "100", mode=mode), moves)

    assert outcomes(evidence)[1:3] == [("DONE", None), ("SKIPPED", "BELOW_MIN_NOTIONAL")]
    assert follow_of(evidence, "one")["portfolio"] == {}
    assert verdict_of(evidence).findings == []


def test_a_window_may_end_with_a_leverage_that_was_not_known_at_its_beginning() -> None:
    limits = fixed("1000", "100", mode=CopyMode.SAFE_POLL)

    evidence = run_of(limits, [("BTC", [("1", "1000")], 0)])

    (receipt,) = follow_of(evidence, "one")["receipts"]
    assert (receipt["numbers"]["leverage"], receipt["legs"][-1]["size"]) == ("10", "0.1")
    assert verdict_of(evidence).findings == []


def losing(mode: CopyMode = CopyMode.REALTIME, **changes: Any) -> Limits:
    return ratio("5000", "100", mode=mode, **{**EVERYTHING, **changes})


def test_a_stopped_follow_that_keeps_its_positions_says_so_of_what_it_does_not_hold_too() -> None:
    moves: Moves = [
        ("BTC", [("20", "1000")], 0),
        ("BTC", [("-20", "600")], 2_000),
        ("ETH", [("20", "50")], 2_000),
        ("ETH", [("-5", "50")], 2_000),
    ]

    evidence = run_of(losing(on_stop=OnStop.KEEP), moves)

    assert outcomes(evidence)[2:] == [("SKIPPED", "DRAWDOWN_STOP")] * 2
    assert verdict_of(evidence).findings == []


def test_what_a_window_loses_at_its_end_stopped_nothing_before() -> None:
    moves: Moves = [
        ("BTC", [("20", "1000")], 0),
        ("BTC", [("-20", "600")], 70_000),
        ("ETH", [("1000", "50")], 2_000),
    ]

    evidence = run_of(losing(CopyMode.SAFE_POLL, symbols_deny=("ETH",)), moves)

    assert outcomes(evidence)[2] == ("SKIPPED", "SYMBOL_NOT_ALLOWED")
    assert verdict_of(evidence).findings == []
