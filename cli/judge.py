"""`understudy judge`: gives the verdict on the evidence of a run, collected earlier."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from cli.outcome import LEAST_SHARE, NO_SHARE
from cli.places import SAMPLE, SAMPLE_LEADER
from cli.recordings import as_judged, read_whole
from simulators.judge.court import judge
from simulators.judge.reading import evidence_in
from simulators.judge.report import report_of

if TYPE_CHECKING:
    from simulators.judge.evidence import Evidence

NOT_CLEAN = 1


def command(
    evidence: Annotated[Path, typer.Argument(help="What `understudy demo --evidence` wrote.")],
) -> int:
    """Judge a run by its evidence; exit 1 unless all five figures are 0.

    Of the sample's pairs 60 % must be orders, too.

    Evidence of older runs lacks `requests`, the venue's own count of them:
    then its request limits excuse nothing.
    """
    run = evidence_in(evidence)
    verdict, least_share = judge(run), least_share_of(run)
    report = report_of(verdict, least_share)
    Console(soft_wrap=True, highlight=False, markup=False).print(report, end="")
    is_enough = verdict.totals.share_with_orders >= least_share
    return 0 if verdict.is_clean and is_enough else NOT_CLEAN


def least_share_of(run: Evidence) -> Fraction:
    """Give the share of the pairs that must be orders: of the default sample it is known."""
    is_sample = run.recording == as_judged(read_whole(SAMPLE, SAMPLE_LEADER))
    return Fraction(LEAST_SHARE if is_sample else NO_SHARE)
