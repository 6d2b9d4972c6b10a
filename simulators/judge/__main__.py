"""Judges one evidence file: exit 0 when all five figures are zero, 1 when not, 2 when unusable."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from simulators.judge.court import judge
from simulators.judge.evidence import EvidenceError
from simulators.judge.reading import evidence_in
from simulators.judge.report import report_of


def main(arguments: Sequence[str]) -> int:
    """Judge the named file and print the verdict."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m simulators.judge EVIDENCE.json\n")
        return 2
    try:
        verdict = judge(evidence_in(Path(arguments[0])))
    except EvidenceError as error:
        sys.stderr.write(f"no verdict: {error}\nremedy: collect it again\n")
        return 2
    sys.stdout.write(report_of(verdict))
    return 0 if verdict.is_clean else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
