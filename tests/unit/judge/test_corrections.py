"""The judge believes a correction only where the venue moved the leader without a fill."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.builders import LEADER
from tests.unit.judge.courtroom import CLEAN, figures_of, follow_of, only, verdict_of
from tests.unit.judge.production import DECIMALS, ProductionRun, ratio
from tests.unit.judge.test_production_runs import PRICE, UNIT, fixed, follows


def _run(end: str, **more: Any) -> ProductionRun:
    run = ProductionRun(follows(), DECIMALS, "100000000")
    run.trade("BTC", [("8", "1000")], 0)
    run.trade("ETH", [("40", "50")], 70_000)
    run.adjust("BTC", end, **more)
    return run


@pytest.mark.parametrize("end", ["0", "3", "8.5", "20", "-4"])
def test_a_run_with_a_move_that_no_fill_explains_gets_five_zeros(end: str) -> None:
    run = _run(end)
    run.trade("BTC", [("2", "1000")], 70_000)
    run.trade("BTC", [(str(-Decimal(end) - 2), "1000")], 70_000)

    assert run.world.failed == []
    assert verdict_of(run.evidence()).findings == []


def test_a_move_happens_once_however_often_its_start_comes_again() -> None:
    run = ProductionRun({"one": ratio("5000", "10")}, DECIMALS, "100000000")
    run.trade("BTC", [("1", "1000")], 0)
    run.adjust("BTC", "2")
    for size in ("-1", "1", "-1"):
        run.trade("BTC", [(size, "1000")], 70_000)

    assert figures_of(run.evidence()) == CLEAN


def test_a_leader_flat_without_a_fill_leaves_flat_follows_behind() -> None:
    evidence = _run("0").evidence()

    assert figures_of(evidence) == CLEAN
    held = [follow["portfolio"].get("BTC") for follow in evidence["follows"]]
    assert held == [None] * len(held)


def test_a_correction_that_the_venue_does_not_know_of_is_no_excuse() -> None:
    run = ProductionRun({"one": ratio("5000", "10")}, DECIMALS, "100000000")
    run.trade("BTC", [("8", "1000")], 0)
    run.adjust("BTC", "0")
    evidence = {**run.evidence(), "adjustments": []}

    assert figures_of(evidence) == only(duplicated=1)


def test_a_move_that_nobody_noticed_is_a_lost_exit() -> None:
    run = ProductionRun({"one": ratio("5000", "10")}, DECIMALS, "100000000")
    run.trade("BTC", [("8", "1000")], 0)
    run.adjust("BTC", "0", repairs=0)
    run._pass(400_000)

    assert figures_of(run.evidence())["lost"] == 1


def test_a_move_that_just_happened_is_owed_to_nobody_yet() -> None:
    run = ProductionRun({"one": ratio("5000", "10")}, DECIMALS, "100000000")
    run.trade("BTC", [("8", "1000")], 0)
    run.adjust("BTC", "0", repairs=0)

    assert figures_of(run.evidence()) == CLEAN


def test_a_move_that_only_grew_the_leader_is_recorded_under_its_own_reason() -> None:
    run = ProductionRun({"one": fixed("1000", "100")}, DECIMALS, "100000000")
    run.trade("BTC", [("8", "1000")], 0)
    run.adjust("BTC", "20")
    evidence = run.evidence()
    follow_of(evidence, "one")["receipts"][1]["reason"] = "BUDGET_EXHAUSTED"

    assert figures_of(evidence) == only(unjustified_skips=1)


STEPS = st.lists(
    st.tuples(st.sampled_from(["BTC", "ETH"]), st.integers(-4, 4).filter(bool), st.booleans()),
    min_size=2,
    max_size=8,
).filter(lambda steps: any(by_fill for _, _, by_fill in steps))


@settings(max_examples=15, deadline=None)
@given(STEPS)
def test_any_mixture_of_trades_and_moves_without_fills_gets_five_zeros(
    steps: list[tuple[str, int, bool]],
) -> None:
    run = ProductionRun(follows(), DECIMALS, "100000000")
    for symbol, units, by_fill in steps:
        size = units * UNIT[symbol]
        if by_fill:
            run.trade(symbol, [(str(size), str(PRICE[symbol]))], 70_000)
        elif run.world.venue.books.account(LEADER).held(symbol) not in {0, size}:
            run.adjust(symbol, str(size))

    assert run.world.failed == []
    assert verdict_of(run.evidence()).findings == []
