"""Decisions per second: every gate, the sizing and the plan, on situations of every kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.results import Row, at_least_per_second
from benchmarks.timings import in_turn
from tests.fakes.builders import (
    fixed,
    follow,
    ledger,
    limits,
    proportional,
    ratio,
    situation,
    trade,
)
from understudy.domain.decisions import decide
from understudy.domain.limits import CopySides
from understudy.domain.reasons import Reason

if TYPE_CHECKING:
    from understudy.domain.situation import Situation

WANTED_PER_SECOND = 20_000
REPEATED = 10


def situations() -> tuple[Situation, ...]:
    """List an entry of each sizing, an addition, a reduction, a close, a flip and a refusal."""
    longs_only = follow(limits(sides=CopySides.LONGS))
    held, in_ratio = ledger("2"), follow(limits(ratio("10")))
    return (
        situation(trade("0", "1"), follow(limits(fixed("100")))),
        situation(trade("0", "5"), in_ratio),
        situation(trade("0", "500"), follow(limits(proportional()))),
        situation(trade("2", "3"), in_ratio, held),
        situation(trade("4", "2"), in_ratio, held),
        situation(trade("2", "0"), in_ratio, held),
        situation(trade("2", "-3"), in_ratio, held),
        situation(trade("0", "-1"), longs_only),
    )


def deciding_rows(rounds: int) -> list[Row]:
    """Time all situations together; raises ValueError when they do not decide as they should."""
    every = situations()
    reasons = [decide(each).reason for each in every]
    if reasons != [None] * (len(every) - 1) + [Reason.SIDE_NOT_ALLOWED]:
        raise ValueError(f"the situations decide otherwise than meant: {reasons}")

    def decide_all() -> None:
        for _ in range(REPEATED):
            for each in every:
                decide(each)

    count = REPEATED * len(every)
    taken = in_turn(rounds, ours=decide_all)["ours"].divided_by(count)
    goal = at_least_per_second(taken, WANTED_PER_SECOND)
    return [Row("decide, with every gate", f"per decision, {count} a run", taken, goal)]
