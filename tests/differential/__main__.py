"""Proves the sizing against exact fractions: `python -m tests.differential --count N --seed S`."""

from __future__ import annotations

import argparse
import sys

from tests.differential.sizing import compare, run

SHOWN = 10


def main() -> int:
    """Compare, print what was met and what differs; 1 when anything does."""
    parser = argparse.ArgumentParser(prog="python -m tests.differential", description=__doc__)
    parser.add_argument("--count", type=int, default=200_000, help="how many cases")
    parser.add_argument("--seed", type=int, default=1, help="which cases")
    parser.add_argument("--case", type=int, help="look at this one case of the seed alone")
    chosen = parser.parse_args()
    if chosen.case is not None:
        difference, outcome = compare(chosen.seed, chosen.case)
        _say(str(difference or f"no difference: {outcome}"))
        return int(difference is not None)
    found = run(chosen.count, chosen.seed)
    for difference in found.found[:SHOWN]:
        _say(str(difference))
    outcomes = ", ".join(f"{name} {count}" for name, count in found.outcomes.most_common())
    _say(f"sizing: {found.count} cases of seed {chosen.seed}, {len(found.found)} differences")
    _say(f"  {outcomes}")
    return int(bool(found.found))


def _say(text: str) -> None:
    print(text)  # noqa: T201  # a command says what it found


if __name__ == "__main__":
    sys.exit(main())
