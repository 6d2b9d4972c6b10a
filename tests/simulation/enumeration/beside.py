"""Runs of one scenario on one core or several: what comes of each is the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from multiprocessing import get_context

from tests.simulation.enumeration.planned import Plan
from tests.simulation.enumeration.running import Run, run
from tests.simulation.enumeration.scenarios import SCENARIOS, Scenario

Done = tuple[Plan, Run]
Runs = Callable[[Scenario, Iterable[Plan]], Iterator[Done]]
CHUNK = 20


def one_by_one(scenario: Scenario, plans: Iterable[Plan]) -> Iterator[Done]:
    """Run plans here, in order."""
    for plan in plans:
        yield plan, run(scenario, plan)


def beside_each_other(workers: int) -> Runs:
    """Give what runs plans in so many processes, their results in order."""
    if workers == 1:
        return one_by_one

    def runs(scenario: Scenario, plans: Iterable[Plan]) -> Iterator[Done]:
        with get_context("fork").Pool(workers) as pool:
            yield from pool.imap(partial(_run_named, scenario.name), plans, chunksize=CHUNK)

    return runs


def _run_named(name: str, plan: Plan) -> Done:
    [scenario] = [each for each in SCENARIOS if each.name == name]
    return plan, run(scenario, plan)
