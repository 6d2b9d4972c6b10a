"""Letters that an operator sent back stand before the judge: what came too late, and what not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal

import pytest

from tests.unit.judge.courtroom import CLEAN, figures_of, verdict_of
from tests.unit.judge.production import DECIMALS, ProductionRun, ratio
from understudy.messages import LaneCommand

ONE = {"one": ratio("5000", "10")}


def sent_back(run: ProductionRun, letters: Sequence[list[LaneCommand]]) -> int:
    """Send dead letters back into the lane some seconds later; gives when."""
    run.world.clock.advance(5_000)
    redriven_ms = run.world.clock.now_ms()
    for commands in letters:
        run.world.run_lane(commands)
    return redriven_ms


@contextmanager
def dead_lane(run: ProductionRun) -> Iterator[list[list[LaneCommand]]]:
    """Let what is sent to the lane meanwhile lie dead; gives these letters."""
    letters: list[list[LaneCommand]] = []
    lane = run.world.run_lane
    run.world.run_lane = letters.append  # type: ignore[assignment, method-assign]  # a dead lane
    yield letters
    run.world.run_lane = lane  # type: ignore[method-assign]  # as before


def run_with_letters() -> tuple[ProductionRun, int]:
    """Let two trades lie dead while a third is copied, and send them back; gives when."""
    run = ProductionRun(ONE, DECIMALS, "100000000")
    with dead_lane(run) as letters:
        run.trade("BTC", [("1", "1000")], 0)
        run.trade("ETH", [("20", "50")], 1_000)
    run.trade("BTC", [("1", "1000")], 1_000)
    return run, sent_back(run, letters)


def test_what_was_sent_back_is_judged_after_what_was_decided_before_it() -> None:
    run, redriven_ms = run_with_letters()
    evidence = {**run.evidence(), "redriven_ms": redriven_ms}

    (follow,) = evidence["follows"]
    assert [one.get("reason") for one in follow["receipts"]] == ["SUPERSEDED", None, None]
    assert figures_of(evidence) == CLEAN


@pytest.mark.parametrize(
    ("dead", "later", "held"),
    [("-6", "1", "0.5"), ("-6", "-1", "0.3"), ("-10", "4", "0.4"), ("-14", "-2", "-0.2")],
)
def test_a_reduction_that_came_too_late_is_made_up_for_by_the_trade_that_overtook_it(
    dead: str, later: str, held: str
) -> None:
    run = ProductionRun(ONE, DECIMALS, "100000000")
    run.trade("BTC", [("10", "1000")], 0)
    with dead_lane(run) as letters:
        run.trade("BTC", [(dead, "1000")], 1_000)
    run.trade("BTC", [(later, "1000")], 1_000)
    redriven_ms = sent_back(run, letters)
    run.world.sweep()
    run.world.pump()
    evidence = {**run.evidence(), "redriven_ms": redriven_ms}

    (follow,) = evidence["follows"]
    assert follow["receipts"][1]["reason"] == "SUPERSEDED"
    assert Decimal(follow["portfolio"]["BTC"]) == Decimal(held)
    assert verdict_of(evidence).findings == []


def test_nobody_may_be_superseded_where_nothing_was_sent_back() -> None:
    run, _ = run_with_letters()

    assert figures_of(run.evidence())["unjustified_skips"]
