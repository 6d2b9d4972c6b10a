"""`understudy judge`: gives the verdict on the evidence of a run, collected earlier."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from simulators.judge.court import judge
from simulators.judge.evidence import EvidenceError
from simulators.judge.reading import read_evidence
from simulators.judge.report import report_of

NOT_CLEAN = 1


def command(
    evidence: Annotated[Path, typer.Argument(help="What `understudy demo --evidence` wrote.")],
) -> int:
    """Judge a run by its evidence; exit 1 unless all five figures are 0."""
    verdict = judge(read_evidence(_load(evidence)))
    Console(soft_wrap=True, highlight=False, markup=False).print(report_of(verdict), end="")
    return 0 if verdict.is_clean else NOT_CLEAN


def _load(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        raise EvidenceError(f"cannot read {path}: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise EvidenceError(f"{path} is no complete JSON ({error})") from error
