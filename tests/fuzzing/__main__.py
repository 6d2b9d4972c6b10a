"""Asks the signer for drawn intents: `python -m tests.fuzzing --count N --seed S --workers W`."""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor

from tests.fuzzing.run import Findings, run

SHOWN = 5
LEAST_ALLOWED_PERCENT = 30
PART = 50_000


def main() -> int:
    """Compare, print what was asked and what differs; 1 when anything does."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzzing", description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000, help="how many intents")
    parser.add_argument("--seed", type=int, default=1, help="which intents")
    parser.add_argument("--workers", type=int, default=2, help="how many processes")
    chosen = parser.parse_args()
    found = _run_in_parts(chosen.count, chosen.seed, chosen.workers)
    for difference in found.differences[:SHOWN]:
        _say(difference)
    _say(f"signer: seed {chosen.seed}, {found}")
    _say("  " + ", ".join(f"{reason} {times}" for reason, times in found.refusals.most_common()))
    too_few = found.allowed * 100 < found.count * LEAST_ALLOWED_PERCENT
    return int(too_few or bool(found.differences) or found.signed != found.allowed)


def _run_in_parts(count: int, seed: int, workers: int) -> Findings:
    found = Findings()
    sizes = [min(PART, count - start) for start in range(0, count, PART)]
    with ProcessPoolExecutor(workers) as processes:
        for part in processes.map(run, sizes, range(seed * 1_000, seed * 1_000 + len(sizes))):
            found.add(part)
    return found


def _say(text: str) -> None:
    print(text)  # noqa: T201  # a command says what it found


if __name__ == "__main__":
    sys.exit(main())
