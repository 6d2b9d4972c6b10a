"""`python -m benchmarks`: run every benchmark, print the table; exit 1 when a goal is missed."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rich.console import Console

from benchmarks.copying import copying_rows
from benchmarks.deciding import deciding_rows
from benchmarks.imports import import_rows
from benchmarks.report import table, write_json
from benchmarks.results import Row
from benchmarks.signer_door import signer_rows
from benchmarks.signing import signing_rows
from benchmarks.signing_in import signing_in_rows

TRADES = 100
DECISION_ROUNDS = 400
SIGNING_ROUNDS = 2000
STARTS = 15


def main() -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    options = parser.parse_args()
    rows = measured()
    Console(width=150).print(table(rows))
    if options.json:
        write_json(rows, options.json)
    return 0 if all(row.goal is None or row.goal.is_met for row in rows) else 1


def measured() -> list[Row]:
    """Run every benchmark."""
    return [
        *copying_rows(TRADES),
        *deciding_rows(DECISION_ROUNDS),
        *signing_rows(SIGNING_ROUNDS),
        *signer_rows(SIGNING_ROUNDS),
        *signing_in_rows(SIGNING_ROUNDS),
        *import_rows(STARTS),
    ]


if __name__ == "__main__":
    sys.exit(main())
