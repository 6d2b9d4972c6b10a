"""`understudy judge`: gives the verdict on the evidence of a run, collected earlier."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from simulators.judge.court import judge
from simulators.judge.reading import evidence_in
from simulators.judge.report import report_of

NOT_CLEAN = 1


def command(
    evidence: Annotated[Path, typer.Argument(help="What `understudy demo --evidence` wrote.")],
) -> int:
    """Judge a run by its evidence; exit 1 unless all five figures are 0."""
    verdict = judge(evidence_in(evidence))
    Console(soft_wrap=True, highlight=False, markup=False).print(report_of(verdict), end="")
    return 0 if verdict.is_clean else NOT_CLEAN
