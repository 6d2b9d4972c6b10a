"""What a benchmark makes of its runs."""

from __future__ import annotations

import pytest

from benchmarks.report import duration
from benchmarks.results import (
    Row,
    as_json,
    at_least_per_second,
    at_most_ms,
    at_most_ms_over,
    at_most_times,
    times_faster,
)
from benchmarks.timings import Timings, collected, in_turn

SLOW, QUICK = Timings((400, 400, 400)), Timings((90, 100, 110))


def test_the_figures_are_the_middle_run_and_the_worst_of_a_hundred() -> None:
    timings = Timings(tuple(range(1, 201)))

    assert (timings.n, timings.median_ns, timings.p99_ns) == (200, 100.5, 198)


def test_contenders_run_in_turn() -> None:
    order: list[str] = []

    taken = in_turn(2, ours=lambda: order.append("ours"), theirs=lambda: order.append("theirs"))

    assert order[-4:] == ["ours", "theirs", "ours", "theirs"]
    assert {name: timings.n for name, timings in taken.items()} == {"ours": 2, "theirs": 2}


def test_a_goal_is_missed_by_a_hair() -> None:
    assert times_faster(QUICK, SLOW, 4).is_met
    assert not times_faster(QUICK, SLOW, 4.01).is_met
    assert at_most_times(SLOW, QUICK, 4).is_met
    assert not at_most_times(SLOW, QUICK, 3.99).is_met
    assert at_least_per_second(QUICK, 10_000_000).is_met
    assert not at_least_per_second(QUICK, 10_000_001).is_met
    assert at_most_ms(QUICK, 0.0001).is_met
    assert not at_most_ms(QUICK, 0.000099).is_met
    assert at_most_ms_over(SLOW, QUICK, 0.0003).is_met
    assert not at_most_ms_over(SLOW, QUICK, 0.000299).is_met


def test_without_runs_there_is_no_figure() -> None:
    with pytest.raises(ValueError, match="at least one run"):
        collected([])


def test_times_are_written_in_the_unit_that_reads_best() -> None:
    assert (duration(999_900), duration(1_000_000)) == ("999.9 us", "1.00 ms")


def test_the_json_says_whether_the_goal_is_met() -> None:
    (plain,) = as_json([Row("ours", "run", QUICK, times_faster(QUICK, SLOW, 4), "sdk 1.0")])

    assert (plain["median_us"], plain["figure"], plain["is_met"]) == (0.1, 4.0, True)
    assert plain["version"] == "sdk 1.0"
