"""An entry that the venue received when its trade was too old is found, unless it had to wait."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.venue import Fault
from tests.unit.judge.courtroom import (
    CLEAN,
    figures_of,
    fill_of,
    follow_of,
    only,
    order_of,
    receipt_of,
    verdict_of,
)
from tests.unit.judge.production import DECIMALS, ProductionRun, ratio
from tests.unit.judge.test_slower_and_narrower import Moves, outcomes, run_of

MOVES: Moves = [("BTC", [("1", "1000")], 0), ("BTC", [("-1", "1000")], 400_000)]


def delayed(evidence: dict[str, Any], seq: int, late_ms: int) -> dict[str, Any]:
    """Let the venue receive and fill the first order of a copy later."""
    order_of(evidence, "one", seq)["received_ms"] += late_ms
    fill_of(evidence, "one", seq)["time"] += late_ms
    return evidence


@pytest.mark.parametrize(("late_ms", "found"), [(30_000, 0), (31_000, 1), (100_000, 1)])
def test_an_entry_is_found_that_came_later_than_its_trade_may_be_old(
    late_ms: int, found: int
) -> None:
    evidence = delayed(run_of(ratio("5000", "10"), MOVES), 1, late_ms)

    assert figures_of(evidence) == only(mismatched_positions=found)


def test_the_age_that_the_follow_allows_counts() -> None:
    evidence = delayed(run_of(ratio("5000", "10", max_copy_age_seconds=80), MOVES), 1, 100_000)
    assert figures_of(evidence) == CLEAN

    follow_of(evidence, "one")["limits"]["max_copy_age_seconds"] = 79

    assert figures_of(evidence) == only(mismatched_positions=1)


@pytest.mark.parametrize(("seen_late_ms", "found"), [(0, 1), (90_000, 0), (10**9, 0)])
def test_a_trade_whose_fills_lie_ahead_is_as_old_as_since_it_was_seen(
    seen_late_ms: int, found: int
) -> None:
    evidence = delayed(run_of(ratio("5000", "10"), MOVES), 1, 100_000)
    evidence["release"][0]["sent_ms"] -= 1_000_000
    order, fill = order_of(evidence, "one", 1), fill_of(evidence, "one", 1)
    order["received_ms"] -= 1_000_000
    fill["time"] -= 1_000_000
    stages = receipt_of(evidence, "one", 1)["stages"]
    stages["seen"] += seen_late_ms - 1_000_000

    assert figures_of(evidence)["mismatched_positions"] == found


def test_a_late_exit_is_no_late_entry() -> None:
    evidence = delayed(run_of(ratio("5000", "10"), MOVES), 2, 50_000)

    assert figures_of(evidence) == CLEAN


def test_an_entry_may_come_late_when_the_venue_was_out() -> None:
    evidence = delayed(run_of(ratio("5000", "10"), MOVES), 1, 100_000)
    sent_ms = int(evidence["release"][0]["sent_ms"])

    evidence["outages_ms"] = [[sent_ms + 1_000, sent_ms + 90_000]]

    assert figures_of(evidence) == CLEAN


def test_an_entry_may_come_late_when_it_waited_for_an_unknown_order() -> None:
    run = ProductionRun({"one": ratio("5000", "10")}, DECIMALS, "100000000")
    run.world.venue.faults.extend([None, *[Fault.TIMES_OUT_AFTER_ACCEPT] * 4])
    run.trade("BTC", [("1", "1000")], 0)
    run.trade("BTC", [("1", "1000")], 1_500)
    evidence = run.evidence()
    assert outcomes(evidence) == [("DONE", None), ("DONE", None)]
    assert figures_of(evidence) == CLEAN

    delayed(evidence, 2, 25_000)

    assert verdict_of(evidence).findings == []
