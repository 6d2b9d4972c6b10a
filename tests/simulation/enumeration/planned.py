"""Faults by plan: exactly these calls of a run fail in exactly these ways, all others succeed."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from random import Random

from tests.simulation.faults import Fate, Fates
from tests.simulation.gates import LATE_MS, Gate
from tests.simulation.loop import Loop
from tests.simulation.mixes import CALM
from tests.simulation.queues import SimulatedQueues
from tests.simulation.repeating import RepeatingGate
from tests.simulation.world import World

MODES = (Fate.CRASH_BEFORE, Fate.CRASH_AFTER, Fate.TIMEOUT_LANDED, Fate.TIMEOUT_LATE)
# What is planned: the number of a call in its run, counted from 1, and how it fails.
Plan = Mapping[int, Fate]
_HARNESS = str(Path(__file__).resolve().parent.parent)


class PlannedFates(Fates):
    """Gives planned calls their fates.

    `names`, `times_ms` and `call_sites` are of all calls so far; until `late_until_ms` something
    may land late.
    """

    def __init__(self, loop: Loop, plan: Plan) -> None:
        super().__init__(CALM, Random(0))  # noqa: S311 - nothing is drawn
        self.names: list[str] = []
        self.times_ms: list[int] = []
        self.call_sites: list[str] = []
        self.late_until_ms = 0
        self._loop = loop
        self._plan = plan

    def of_cloud_call(self, name: str) -> Fate | None:
        """Look up what becomes of a call of the cloud."""
        return self._planned(name)

    def of_venue_call(self, name: str) -> Fate | None:
        """Look up what becomes of a call of the venue."""
        return self._planned(name)

    def _planned(self, name: str) -> Fate | None:
        self.names.append(name)
        self.times_ms.append(self._loop.now_ms)
        self.call_sites.append(_site_of(name))
        fate = self._plan.get(len(self.names))
        if fate is Fate.TIMEOUT_LATE:
            self.late_until_ms = self._loop.now_ms + Gate.timeout_ms + max(LATE_MS)
        return fate


def _site_of(name: str) -> str:
    """Name a call by where the production code makes it; an adapter's repetition is another."""
    frame, words = sys._getframe(1), [name]
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_HARNESS):
        if frame.f_code is RepeatingGate.repeat.__code__:
            words.append("again")
        frame = frame.f_back
    return " ".join((*words, frame.f_code.co_qualname, str(frame.f_lasti)))


class PlannedWorld(World):
    """A world in which only what is planned goes wrong."""

    def __init__(self, plan: Plan, *, keeps_history: bool = False) -> None:
        super().__init__("enumeration", CALM, keeps_history=keeps_history)
        self.planned = PlannedFates(self.loop, plan)
        self.fates = self.planned
        self.queues = SimulatedQueues(self.loop, self.planned, self.random)
