"""How long things took, repeated and in turn. Knows nothing of what it times.

The clock is this process's processor time: a rate "on one core" must not depend on what else runs.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from statistics import median

WARM_UP_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Timings:
    """What each run took, in nanoseconds."""

    runs_ns: tuple[int, ...]

    @property
    def n(self) -> int:
        """Count the runs."""
        return len(self.runs_ns)

    @property
    def median_ns(self) -> float:
        """Give the middle of the runs."""
        return median(self.runs_ns)

    @property
    def p99_ns(self) -> int:
        """Give the run that 99 % of all runs do not exceed."""
        return sorted(self.runs_ns)[-(-99 * self.n // 100) - 1]

    def ratio_to(self, reference: Timings) -> float:
        """Say how many times as long as the reference it took, by the medians."""
        return self.median_ns / reference.median_ns

    def divided_by(self, count: int) -> Timings:
        """Give what each of `count` equal parts of a run took."""
        return Timings(tuple(run // count for run in self.runs_ns))


def in_turn(rounds: int, **contenders: Callable[[], object]) -> Mapping[str, Timings]:
    """Time each contender once per round, so that all meet the same machine."""
    for contender in contenders.values():
        for _ in range(WARM_UP_ROUNDS):
            contender()
    runs: dict[str, list[int]] = {name: [] for name in contenders}
    gc.collect()
    for _ in range(rounds):
        for name, contender in contenders.items():
            runs[name].append(timed(contender))
    return {name: Timings(tuple(taken)) for name, taken in runs.items()}


def timed(contender: Callable[[], object]) -> int:
    """Run it once and give the nanoseconds that the processor worked for it."""
    began = time.process_time_ns()
    contender()
    return time.process_time_ns() - began


def collected(runs_ns: Iterable[int]) -> Timings:
    """Make timings of runs that were timed elsewhere; raises ValueError without any."""
    taken = tuple(runs_ns)
    if not taken:
        raise ValueError("nothing was timed: ask for at least one run")
    return Timings(taken)
