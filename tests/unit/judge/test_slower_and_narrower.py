"""Slower modes, narrow bands and small budgets: production runs on which nobody is accused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.judge.courtroom import CLEAN, figures_of, follow_of, only, verdict_of
from tests.unit.judge.production import DECIMALS, ProductionRun, ratio
from tests.unit.judge.test_production_runs import PRICE, UNIT, fixed
from understudy.domain.limits import CopyMode, Limits, OnStop, Sizing, SizingKind

SLOWER = [CopyMode.THROTTLED, CopyMode.SAFE_POLL]
EVERYTHING = {"max_symbol_allocation_pct": Decimal(100), "max_total_leverage": Decimal(50)}
Moves = list[tuple[str, list[tuple[str, str]], int]]


TICK = Decimal("0.01")


@st.composite
def any_limits(draw: st.DrawFn) -> Limits:
    """Draw limits between generous and far too narrow, in every mode and sizing."""
    budget = draw(st.sampled_from([12, 60, 300, 5000]))
    position = draw(st.sampled_from([None, Decimal(budget) * 37 / 100]))
    sizing = draw(
        st.one_of(
            st.sampled_from([10, budget]).map(fixed_sizing),
            st.sampled_from(["1", "3.7", "33.3", "100"]).map(ratio_sizing),
            st.just(Sizing(SizingKind.PROPORTIONAL)),
        )
    )
    return Limits(
        copy_budget_usdc=Decimal(budget),
        sizing=sizing,
        max_position_usdc=position,
        slippage_bps=draw(st.sampled_from([0, 7, 50, 500])),
        reverse=draw(st.booleans()),
        max_total_leverage=draw(st.sampled_from([1, 3, 50]).map(Decimal)),
        max_symbol_allocation_pct=draw(st.sampled_from([13, 50, 100]).map(Decimal)),
        max_open_positions=draw(st.sampled_from([1, 3, 20])),
        mode=draw(st.sampled_from(list(CopyMode))),
        entries_per_minute=draw(st.sampled_from([2, 10, 300])),
    )


def fixed_sizing(cost: int) -> Sizing:
    return Sizing(SizingKind.FIXED, cost_per_order_usdc=Decimal(cost))


def ratio_sizing(percent: str) -> Sizing:
    return Sizing(SizingKind.RATIO, percent=Decimal(percent))


TRADES = st.lists(
    st.tuples(
        st.sampled_from(sorted(DECIMALS)),
        st.sampled_from([Decimal(each) for each in (-40, -3, -1, "-0.04", "0.04", 1, 3, 40)]),
        st.integers(-30, 30),
        st.integers(0, 8),
        st.sampled_from([500, 2_000, 20_000, 70_000, 400_000]),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(any_limits(), min_size=3, max_size=3), TRADES)
def test_random_trades_in_unequal_parts_under_random_limits_get_five_zeros(
    chosen: list[Limits], trades: list[tuple[str, Decimal, int, int, int]]
) -> None:
    follows = {f"follow {number}": each for number, each in enumerate(chosen)}
    run = ProductionRun(follows, DECIMALS, "1000000")
    for symbol, units, tenths_of_percent, apart, gap_ms in trades:
        half = round(UNIT[symbol] * units, DECIMALS[symbol])
        price = Decimal(PRICE[symbol]) * (1000 + tenths_of_percent) / 1000
        other = round(half / 3, DECIMALS[symbol]) or half
        run.trade(
            symbol, [(str(half), str(price)), (str(other), str(price + apart * TICK))], gap_ms
        )

    assert run.world.failed == []
    assert verdict_of(run.evidence()).findings == []


def run_of(limits: Limits, moves: Moves, equity: str = "100000000") -> dict[str, Any]:
    run = ProductionRun({"one": limits}, DECIMALS, equity)
    for symbol, parts, gap_ms in moves:
        run.trade(symbol, parts, gap_ms)
    assert run.world.failed == []
    return run.evidence()


def outcomes(evidence: dict[str, Any], name: str = "one") -> list[tuple[str, str | None]]:
    receipts = follow_of(evidence, name)["receipts"]
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


def test_what_one_order_of_a_window_takes_up_is_left_for_no_other() -> None:
    moves: Moves = [
        ("BTC", [("1", "1000")], 0),
        ("ETH", [("20", "50")], 1_000),
        ("BTC", [("0.1", "1000")], 1_000),
    ]
    limits = ratio("300", "100", mode=CopyMode.SAFE_POLL, max_total_leverage=Decimal(1))

    evidence = run_of(limits, moves, equity="100")

    assert outcomes(evidence)[1:] == [("CARRIED", "CARRIED"), ("DONE", None)]
    assert verdict_of(evidence).findings == []


def test_an_entry_of_which_most_is_held_already_is_carried() -> None:
    moves: Moves = [("ETH", [("20", "50")], 0), ("ETH", [("20", "50")], 70_000)]
    moves += [("ETH", [("-4", "50")], 70_000), ("ETH", [("20", "50")], 70_000)]

    evidence = run_of(fixed("1000", "10.6", max_total_leverage=Decimal(1)), moves)

    assert [status for status, _ in outcomes(evidence)] == ["DONE", "DONE", "CARRIED", "CARRIED"]
    assert verdict_of(evidence).findings == []


def test_an_entry_that_goes_on_a_reductions_receipt_counts_for_the_rate() -> None:
    moves: Moves = [
        ("SOL", [("6.9", "30")], 0),
        ("SOL", [("-3.5", "30")], 2_000),
        ("ETH", [("10", "50")], 20_000),
    ]

    evidence = run_of(ratio("5000", "100", mode=CopyMode.SAFE_POLL, entries_per_minute=1), moves)

    assert outcomes(evidence)[1:] == [("DONE", None), ("SKIPPED", "RATE_LIMITED")]
    assert verdict_of(evidence).findings == []


def test_an_account_may_be_read_before_what_it_held_was_closed() -> None:
    moves: Moves = [
        ("SOL", [("-56.5", "30")], 0),
        ("ETH", [("-27.71", "50")], 2_000),
        ("ETH", [("30", "50")], 400_000),
        ("BTC", [("0.1", "1000")], 2_000),
    ]

    evidence = run_of(ratio("300", "3.7"), moves, equity="100")

    assert outcomes(evidence)[3] == ("SKIPPED", "INSUFFICIENT_MARGIN")
    assert verdict_of(evidence).findings == []


@pytest.mark.parametrize("mode", SLOWER)
def test_a_slower_mode_that_copies_half_of_what_it_should_is_found(mode: CopyMode) -> None:
    moves: Moves = [("BTC", [("1", "1000")], 0), ("BTC", [("2", "1000")], 70_000)]
    evidence = run_of(ratio("5000", "10", mode=mode), moves)
    assert figures_of(evidence) == CLEAN

    follow_of(evidence, "one")["limits"]["sizing"]["percent"] = "20"

    assert figures_of(evidence) == only(mismatched_positions=1)
