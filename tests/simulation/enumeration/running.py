"""One run: a scenario with its planned faults, calm until nothing is under way, and judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.simulation.enumeration.planned import Plan, PlannedWorld
from tests.simulation.enumeration.scenarios import BEGIN_MS, Scenario, Stage
from tests.simulation.enumeration.steps import PlannedSteps
from tests.simulation.invariants import (
    Violation,
    every_trade_of_a_leader_is_known,
    violations,
)
from understudy.domain.intents import IntentState

STEP_MS = 5_000
# A round of everything that is scheduled.
ROUND_MS = 65_000
SETTLE_MS = 15 * 60_000
WEEKS_MS = 14 * 86_400_000


@dataclass(frozen=True, slots=True)
class Run:
    """What came of a plan; `names`, `times_ms`, `call_sites`: its calls until all was done.

    `slowest_ms` is the longest that an ending was announced after its trade.
    """

    names: Sequence[str]
    times_ms: Sequence[int]
    call_sites: Sequence[str]
    outcomes: Counter[str]
    slowest_ms: int
    violations: Sequence[Violation]
    history: Sequence[str]


def run(scenario: Scenario, plan: Plan, *, keeps_history: bool = False) -> Run:
    """Run a scenario in which just this goes wrong."""
    world = PlannedWorld(plan, keeps_history=keeps_history)
    stage = Stage(world)
    scenario.prepare(stage)
    PlannedSteps(world, scenario.listener_life_ms).start()
    world.watch.start()
    _play(scenario, stage)
    calls = _settle(world)
    done = Run(
        names=world.planned.names[:calls],
        times_ms=world.planned.times_ms[:calls],
        call_sites=world.planned.call_sites[:calls],
        outcomes=_outcomes(world),
        slowest_ms=_slowest_ms(world),
        violations=[*violations(world), *_unplayed(world)],
        history=world.history.lines or (),
    )
    world.loop.end()
    return done


def _play(scenario: Scenario, stage: Stage) -> None:
    loop, done = stage.world.loop, list[bool]()

    def play() -> None:
        loop.sleep(BEGIN_MS)
        scenario.play(stage)
        done.append(True)

    loop.spawn(play)
    while not done:
        loop.run(loop.now_ms + STEP_MS)


def _settle(world: PlannedWorld) -> int:
    """Wait until nothing is under way, and a round longer; have dead letters sent once more.

    Gives the number of calls until nothing was under way.
    """
    ends_ms = world.loop.now_ms + SETTLE_MS
    while _is_busy(world) and world.loop.now_ms < ends_ms:
        world.loop.run(world.loop.now_ms + STEP_MS)
    calls = len(world.planned.names)
    world.loop.run(max(world.planned.late_until_ms, world.loop.now_ms) + ROUND_MS)
    if sum(source.redrive() for source in world.queues.sources):
        world.loop.leap(WEEKS_MS)
        world.loop.run(world.loop.now_ms + SETTLE_MS)
    return calls


def _is_busy(world: PlannedWorld) -> bool:
    """Say whether anything is on its way or awaited."""
    table, queues = world.table, world.queues
    return (
        any(len(source) for source in (queues.leader_sync, queues.fan_out, queues.lanes))
        or bool(world.unpublished)
        or any(intent.state is IntentState.PENDING for intent in table.intents.values())
        or any(
            not receipt.status.is_terminal
            for receipts in table.receipts.values()
            for receipt in receipts.values()
        )
        or any(every_trade_of_a_leader_is_known(world))
    )


def _unplayed(world: PlannedWorld) -> Iterator[Violation]:
    """Look for leaders that are not flat."""
    for book in world.table.books.values():
        account = world.venue.books.account(book.leader)
        if any(held.size for held in account.positions.values()):
            yield Violation("a_scenario_ends_flat", book.leader)


def _outcomes(world: PlannedWorld) -> Counter[str]:
    return Counter(
        str(receipt.reason or receipt.status)
        for receipts in world.table.receipts.values()
        for receipt in receipts.values()
    )


def _slowest_ms(world: PlannedWorld) -> int:
    announced: dict[str, int] = {}
    for event in world.bus.events:
        announced.setdefault(str(event.facts.get("copy_id", "")), event.at_ms)
    return max(
        (
            announced[receipt.copy_id] - receipt.stages["executed"]
            for receipts in world.table.receipts.values()
            for receipt in receipts.values()
            if receipt.copy_id in announced
        ),
        default=0,
    )
