"""The production workflows stand before the judge: an honest system is never accused."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.venue import Fault
from tests.unit.judge.courtroom import CLEAN, book_of, figures_of, lose_order, only, verdict_of
from tests.unit.judge.production import DECIMALS, ProductionRun, ratio
from understudy.domain.limits import CopyMode, CopySides, Limits, Sizing, SizingKind

RECORDINGS = Path(__file__).resolve().parents[2] / "recordings" / "hyperliquid"
LEADERS = json.loads(gzip.decompress((RECORDINGS / "leader_fills_2026-07.json.gz").read_bytes()))[
    "leaders"
]
PRICE = {"BTC": 1000, "ETH": 50, "SOL": 30}
UNIT = {"BTC": Decimal("0.357"), "ETH": Decimal("6.13"), "SOL": Decimal("11.5")}


def fixed(budget: str, cost: str, **changes: Any) -> Limits:
    sizing = Sizing(SizingKind.FIXED, cost_per_order_usdc=Decimal(cost))
    return Limits(copy_budget_usdc=Decimal(budget), sizing=sizing, **changes)


def follows() -> dict[str, Limits]:
    whole = {"max_symbol_allocation_pct": Decimal(100), "max_total_leverage": Decimal(50)}
    proportional = Sizing(SizingKind.PROPORTIONAL)
    return {
        "fixed": fixed("1000", "100"),
        "tight": fixed("250", "60", max_open_positions=1, entries_per_minute=1),
        "shorts": fixed("300", "50", sides=CopySides.SHORTS),
        "slices": ratio("400", "3", max_position_usdc=Decimal(90)),
        "reverse": replace(ratio("5000", "1"), sizing=proportional, reverse=True),
        "perfect": ratio("90000000", "100", entries_per_minute=100, max_open_positions=20, **whole),
    }


MOVES = st.lists(
    st.tuples(
        st.sampled_from(sorted(DECIMALS)),
        st.integers(-4, 4).filter(bool),
        st.integers(-30, 30),
        st.sampled_from([2_000, 20_000, 45_000, 70_000, 400_000]),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=25, deadline=None)
@given(MOVES)
def test_random_trades_copied_by_the_production_workflows_get_five_zeros(
    moves: list[tuple[str, int, int, int]],
) -> None:
    run = ProductionRun(follows(), DECIMALS, "100000000")
    for symbol, units, tenths_of_percent, gap_ms in moves:
        price = Decimal(PRICE[symbol]) * (1000 + tenths_of_percent) / 1000
        half = units * UNIT[symbol]
        parts = [(str(half), str(price)), (str(half), str(price))]
        run.trade(symbol, parts, gap_ms)

    assert run.world.failed == []
    assert verdict_of(run.evidence()).findings == []


@pytest.mark.parametrize("mode", [CopyMode.THROTTLED, CopyMode.SAFE_POLL])
def test_a_slower_mode_nets_its_window_and_ends_where_the_model_does(mode: CopyMode) -> None:
    run = ProductionRun({"slow": ratio("5000", "10", mode=mode)}, DECIMALS, "100000000")
    for size, gap_ms in (("1", 0), ("2", 1_000), ("-1", 1_000), ("3", 70_000), ("-2", 3_000)):
        run.trade("BTC", [(size, "1000")], gap_ms)

    assert figures_of(run.evidence()) == CLEAN


@pytest.mark.parametrize(
    "moves",
    [
        [("-5", 61_000, "0.5"), ("-5", 500, None)],
        [("-5", 61_000, "0.5"), ("-5", 500, "0.5"), ("-2", 500, None)],
        [("-8", 61_000, "0.5"), ("-2", 500, "0.5"), ("1", 4_000, None)],
        [("-8", 61_000, "0.5"), ("3", 500, None)],
    ],
    ids=["open", "open and add", "flip and add", "flip and close"],
)
def test_a_leader_who_turns_around_in_a_thin_market_gets_five_zeros(
    moves: list[tuple[str, int, str | None]],
) -> None:
    whole = {"max_symbol_allocation_pct": Decimal(100), "max_copy_age_seconds": 60}
    run = ProductionRun({"one": ratio("90000", "100", **whole)}, DECIMALS)
    run.trade("BTC", [("5", "100")], 0)
    for size, gap_ms, depth in moves:
        run.trade("BTC", [(size, "100")], gap_ms, depth)

    assert verdict_of(run.evidence()).findings == []


@pytest.mark.parametrize("gap_ms", [2_000, 4_000])
def test_a_turn_that_takes_long_may_end_after_another_symbols_order(gap_ms: int) -> None:
    run = ProductionRun({"one": ratio("100000", "100")}, DECIMALS, "100000000")
    run.trade("BTC", [("0.5", "1000")], 0)
    run.trade("BTC", [("-1", "990")], 60_000, depth="0.05")
    run.trade("ETH", [("5", "50")], gap_ms)
    evidence = run.evidence()

    assert book_of(evidence, "one")["positions"]["BTC"] == "-0.05"
    assert verdict_of(evidence).findings == []


def test_a_lost_order_of_a_production_run_is_one_lost() -> None:
    run = ProductionRun({"one": ratio("5000", "10")}, DECIMALS, "100000000")
    for size in ("1", "2", "-1"):
        run.trade("BTC", [(size, "1000")], 70_000)
    evidence = run.evidence()
    lose_order(evidence, "one", 2)

    assert figures_of(evidence) == only(lost=1)


@pytest.mark.parametrize("fault", [Fault.NEVER_ARRIVES, Fault.TIMES_OUT_AFTER_ACCEPT])
def test_money_of_an_order_whose_outcome_is_not_known_yet_may_be_in_the_numbers(
    fault: Fault,
) -> None:
    run = ProductionRun({"one": fixed("1000", "100")}, DECIMALS, "100000000")
    run.trade("SOL", [("100", "30")], 0)
    run.world.venue.faults.extend([None, fault])

    run.trade("BTC", [("1", "1000")], 70_000)
    run.trade("ETH", [("20", "50")], 1_000)

    evidence = run.evidence()
    (follow,) = evidence["follows"]
    assert [one["numbers"].get("used") for one in follow["receipts"]][2] > "199"
    assert figures_of(evidence) == CLEAN


@pytest.mark.parametrize("fault", [Fault.NEVER_ARRIVES, Fault.TIMES_OUT_AFTER_ACCEPT])
def test_an_entry_may_wait_until_it_is_known_what_became_of_the_one_before(fault: Fault) -> None:
    run = ProductionRun({"one": ratio("5000", "10")}, DECIMALS, "100000000")
    run.world.venue.faults.extend([None, *[fault] * 3])

    for size in ("1", "1", "-2"):
        run.trade("BTC", [(size, "1000")], 1_000)

    evidence = run.evidence()
    (follow,) = evidence["follows"]
    assert follow["receipts"][1]["reason"] == "CARRIED"
    assert figures_of(evidence) == CLEAN


def test_an_entry_that_waited_for_one_that_never_came_expires_with_it() -> None:
    run = ProductionRun({"one": ratio("5000", "10")}, DECIMALS, "100000000")
    run.world.venue.faults.extend([None, *[Fault.NEVER_ARRIVES] * 4])

    for size in ("1", "1"):
        run.trade("BTC", [(size, "1000")], 1_000)

    run.world.pass_time(20)
    evidence = run.evidence()
    (follow,) = evidence["follows"]
    assert [one["reason"] for one in follow["receipts"]] == ["EXPIRED", "EXPIRED"]
    assert figures_of(evidence) == CLEAN


@pytest.mark.parametrize("fault", [Fault.NEVER_ARRIVES, Fault.TIMES_OUT_AFTER_ACCEPT])
def test_an_entry_that_waited_for_an_outcome_is_ordered_once_that_is_known(fault: Fault) -> None:
    run = ProductionRun({"one": ratio("5000", "10")}, DECIMALS, "100000000")
    run.world.venue.faults.extend([None, fault])

    for _ in range(2):
        run.trade("BTC", [("1", "1000")], 1_000)

    evidence = run.evidence()
    (follow,) = evidence["follows"]
    assert follow["portfolio"] == {"BTC": "0.2"}
    assert [one["status"] for one in follow["receipts"]] == ["DONE", "DONE"]
    assert figures_of(evidence) == CLEAN


def test_a_close_of_what_may_be_held_may_expire() -> None:
    run = ProductionRun({"one": ratio("5000", "10")}, DECIMALS, "100000000")
    run.world.venue.faults.extend([None, *[Fault.NEVER_ARRIVES] * 20])

    for size in ("1", "-1"):
        run.trade("BTC", [(size, "1000")], 1_000)

    evidence = run.evidence()
    (follow,) = evidence["follows"]
    assert [one["status"] for one in follow["receipts"]] == ["EXPIRED", "EXPIRED"]
    assert figures_of(evidence) == CLEAN


def test_a_turn_whose_exit_reaches_the_drawdown_stop_enters_nothing() -> None:
    whole = {"max_total_leverage": Decimal(10), "max_symbol_allocation_pct": Decimal(100)}
    run = ProductionRun({"one": ratio("5000", "100", **whole)}, DECIMALS, "100000000")
    run.trade("BTC", [("20", "1000")], 0)
    run.trade("BTC", [("-30", "600")], 2_000)
    evidence = run.evidence()

    (follow,) = evidence["follows"]
    assert follow["receipts"][1]["reason"] == "DRAWDOWN_STOP"
    assert verdict_of(evidence).findings == []


def test_a_slice_carried_after_a_reduction_swallowed_the_last_one_is_as_young_as_it_is() -> None:
    run = ProductionRun({"one": ratio("5000", "1")}, DECIMALS, "100000000")
    moves = (("10", 0), ("0.5", 1_000), ("-6", 1_000), ("0.5", 200_000), ("0.6", 110_000))
    for size, gap_ms in moves:
        run.trade("BTC", [(size, "1000")], gap_ms)
    evidence = run.evidence()

    (follow,) = evidence["follows"]
    assert [one["status"] for one in follow["receipts"]] == [
        "DONE",
        "CARRIED",
        "DONE",
        "CARRIED",
        "DONE",
    ]
    assert follow["receipts"][-1]["legs"][0]["size"] == "0.011"
    assert figures_of(evidence) == CLEAN


@pytest.mark.parametrize("leader", sorted(LEADERS))
def test_a_recorded_leader_copied_by_the_production_workflows_gets_five_zeros(leader: str) -> None:
    fills = LEADERS[leader]["fills"]
    decimals: dict[str, int] = {}
    for fill in fills:
        places = len(fill["sz"].partition(".")[2])
        decimals[fill["coin"]] = max(decimals.get(fill["coin"], 0), places)
    run = ProductionRun(follows(), decimals, "100000000")
    before_ms = fills[0]["time"]
    for (symbol, side, time_ms), group in groupby(fills, key=_trade_key):
        sign = "" if side == "B" else "-"
        run.trade(symbol, [(sign + one["sz"], one["px"]) for one in group], time_ms - before_ms)
        before_ms = time_ms

    assert run.world.failed == []
    assert verdict_of(run.evidence()).findings == []


def _trade_key(fill: dict[str, Any]) -> tuple[str, str, int]:
    return fill["coin"], fill["side"], fill["time"]
