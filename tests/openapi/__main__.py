"""Asks the API with drawn requests: `python -m tests.openapi --count N --seed S --workers W`."""

from __future__ import annotations

import argparse
import contextlib
import io
import sys
from concurrent.futures import ProcessPoolExecutor

from tests.openapi.run import Findings, run

SHOWN = 5


def main() -> int:
    """Ask, print what was answered and what is wrong; 1 when anything is."""
    parser = argparse.ArgumentParser(prog="python -m tests.openapi", description=__doc__)
    parser.add_argument("--count", type=int, default=20_000, help="how many requests")
    parser.add_argument("--seed", type=int, default=1, help="which requests")
    parser.add_argument("--workers", type=int, default=2, help="how many processes")
    chosen = parser.parse_args()
    found = _run_in_parts(chosen.count, chosen.seed, chosen.workers)
    for fault in found.faults[:SHOWN]:
        _say(fault)
    for key in sorted(found.unserved):
        _say(f"{key}: never did what it is for")
    _say(f"api: seed {chosen.seed}, {found}")
    return int(not found.is_good)


def _run_in_parts(count: int, number: int, workers: int) -> Findings:
    found = Findings()
    share = -(-count // workers)
    with ProcessPoolExecutor(workers) as processes:
        numbers = range(number * 1_000, number * 1_000 + workers)
        for part in processes.map(_run_quietly, [share] * workers, numbers):
            found.add(part)
    return found


def _run_quietly(count: int, number: int) -> Findings:
    with contextlib.redirect_stdout(io.StringIO()):  # the API logs every refusal
        return run(count, number)


def _say(text: str) -> None:
    print(text)  # noqa: T201  # a command says what it found


if __name__ == "__main__":
    sys.exit(main())
