"""Strikes every call of scenarios in every way, once and twice in a run, and counts it all.

A second blow falls while the first is being made up for: on a call of the run that the first one
left behind. Calls that change nothing are struck twice only where it makes a difference.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import takewhile

from tests.simulation.enumeration.beside import Runs, one_by_one
from tests.simulation.enumeration.planned import MODES, Plan
from tests.simulation.enumeration.ports import is_reading
from tests.simulation.enumeration.running import Run, run
from tests.simulation.enumeration.scenarios import Scenario
from tests.simulation.enumeration.steps import LISTENER
from tests.simulation.faults import Fate
from tests.simulation.sources import VISIBILITY_MS

# What the listener does over and over is struck once between each two of its other calls.
POLLED = frozenset(
    {f"{LISTENER}leaders.watched", f"{LISTENER}markets.put_marks", f"{LISTENER}leases.write"}
)
# What was lost is delivered again by then, and has been done.
RECOVERY_MS = VISIBILITY_MS + 20_000
OF_READING = (Fate.CRASH_BEFORE, Fate.TIMEOUT_LANDED)
Blow = tuple[str, Fate]
Heard = Callable[[str], None]


@dataclass(slots=True)
class Point:
    """What became of blows of one mode on one method.

    `later_ms` is the most that an ending came later than without the blow. `more` counts the runs
    in which a method was called more often, `ends` the receipts that ended so instead.
    """

    blows: int = 0
    later_ms: int = 0
    more: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)

    def add(self, other: Point) -> None:
        """Take the blows of another point in."""
        self.blows += other.blows
        self.later_ms = max(self.later_ms, other.later_ms)
        self.more += other.more
        self.ends += other.ends


@dataclass(slots=True)
class Struck:
    """What was struck in one scenario, and what did not hold."""

    scenario: Scenario
    sites: int = 0
    singles: int = 0
    pairs: int = 0
    slowest_ms: int = 0
    names: set[str] = field(default_factory=set)
    call_sites: set[str] = field(default_factory=set)
    points: defaultdict[Blow, Point] = field(default_factory=lambda: defaultdict(Point))
    broken: list[tuple[Plan, str]] = field(default_factory=list)

    def take(self, plan: Plan, done: Run) -> None:
        """Count a run and keep what it broke."""
        self.slowest_ms = max(self.slowest_ms, done.slowest_ms)
        self.names |= set(done.names)
        self.call_sites |= set(done.call_sites)
        self.broken += [(plan, f"{each.promise}: {each.text}") for each in done.violations]


class Kinds:
    """Says which calls are of a kind not seen yet: a kind is a call and what was called around."""

    def __init__(self, before: int, after: int = 0) -> None:
        self._before = before
        self._after = after
        self._seen: set[tuple[object, ...]] = set()

    def of(self, names: Sequence[str], call: int) -> tuple[str, ...]:
        """Give the kind of a call of a run."""
        return tuple(names[max(0, call - 1 - self._before) : call + self._after])

    def is_new(self, *kind: object) -> bool:
        """Say whether this was not asked before."""
        if kind in self._seen:
            return False
        self._seen.add(kind)
        return True


def sites(names: Sequence[str]) -> list[int]:
    """Give the numbers of the calls of a run that are struck."""
    polls = Kinds(before=1, after=1)
    return [
        call
        for call, name in enumerate(names, start=1)
        if name not in POLLED or polls.is_new(polls.of(names, call))
    ]


def seen_before(scenario: Scenario, scenarios: Iterable[Scenario], before: int) -> Kinds:
    """Give the kinds of calls that come in the scenarios before this one."""
    kinds = Kinds(before)
    for earlier in takewhile(lambda each: each is not scenario, scenarios):
        names = _calm_names(earlier)
        for call in sites(names):
            kinds.is_new(kinds.of(names, call))
    return kinds


@cache
def _calm_names(scenario: Scenario) -> Sequence[str]:
    return run(scenario, {}).names


def strike_once(scenario: Scenario, kinds: Kinds | None = None, runs: Runs = one_by_one) -> Struck:
    """Strike every call of a scenario in every way; with `kinds` only those of a new kind."""
    calm = run(scenario, {})
    struck = Struck(scenario)
    struck.take({}, calm)
    calls = [
        call
        for call in sites(calm.names)
        if kinds is None or kinds.is_new(kinds.of(calm.names, call))
    ]
    struck.sites = len(calls)
    for plan, done in runs(scenario, [{call: mode} for call in calls for mode in MODES]):
        [(call, mode)] = plan.items()
        struck.singles += 1
        struck.take(plan, done)
        struck.points[calm.names[call - 1], mode].add(_point(done, calm))
    return struck


def strike_twice(struck: Struck, kinds: Kinds | None, said: Heard, runs: Runs = one_by_one) -> None:
    """Strike every call of a scenario and every one that follows soon; or two places once."""
    for plan, done in runs(struck.scenario, pairs(struck.scenario, kinds)):
        struck.pairs += 1
        struck.take(plan, done)
        if struck.pairs % 100 == 0:
            said(f"{struck.scenario.name}: {struck.pairs:,} pairs")


def pairs(scenario: Scenario, kinds: Kinds | None) -> Iterator[Plan]:
    """Give the plans with two blows; with `kinds` one for each two places in the code and modes."""
    names = run(scenario, {}).names
    for call in sites(names):
        for mode in _modes(names[call - 1]):
            first = run(scenario, {call: mode})
            for second, again in _seconds(first, call):
                places = first.call_sites[call - 1], first.call_sites[second - 1]
                if kinds is not None and not kinds.is_new(*places, mode, again):
                    continue
                yield {call: mode, second: again}


def as_text(names: Iterable[str], plan: Plan) -> str:
    """Write a plan for people: which calls, by name and number, in which way."""
    named = dict(enumerate(names, start=1))
    return ", ".join(f"{named.get(call, '?')} #{call} {mode}" for call, mode in plan.items())


def _seconds(first: Run, call: int) -> Iterator[tuple[int, Fate]]:
    ends_ms = first.times_ms[call - 1] + RECOVERY_MS
    for second in sites(first.names):
        if second > call and first.times_ms[second - 1] <= ends_ms:
            for mode in _modes(first.names[second - 1]):
                yield second, mode


def _modes(name: str) -> tuple[Fate, ...]:
    return OF_READING if is_reading(name) else MODES


def _point(done: Run, calm: Run) -> Point:
    return Point(
        blows=1,
        later_ms=max(0, done.slowest_ms - calm.slowest_ms),
        more=Counter((Counter(done.names) - Counter(calm.names)).keys()),
        ends=done.outcomes - calm.outcomes,
    )
