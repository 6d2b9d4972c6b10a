"""Listeners, one after the other: each in a process of its own that may die, best at a hand-over.

The schedule starts one every minute. While one leaves and the next comes, either may be killed
before or after any of its next calls. In one block of ten their calls fail as often as all others;
elsewhere more seldom, since a listener makes some every second and would never live to hand over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from tests.simulation.faults import Fate, Fates
from tests.simulation.gates import Effect, Gated, QuestionGate
from tests.simulation.loop import LoopClock
from tests.simulation.mixes import Mix
from tests.simulation.repeating import RepeatingGate
from tests.simulation.world import LISTENING, World
from understudy.domain.markets import HYPERLIQUID
from understudy.ports.leases import Lease
from understudy.workflows.leader_listener import ListenerPorts, listen
from understudy.workflows.watching.market_feed import FeedPorts

LIFE_MS = 2 * 60_000
SKEWS_MS = (0, -700, 400, 900)
SELDOM = 20
USUAL_SHARE = 0.1
KILLED_SHARE = 0.9
CALLS_AT_RISK = 6


def seldom(mix: Mix) -> Mix:
    """Give a mix whose calls fail as many times less often as a listener makes more of them."""
    return replace(
        mix,
        crash=mix.crash / SELDOM,
        timeout=mix.timeout / SELDOM,
        throttled=mix.throttled / SELDOM,
    )


class MortalGate(RepeatingGate):
    """The calls of one listener, the n-th of which may be its last."""

    role = ""
    lives_for = 0

    def pass_through(self, name: str, inner: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Make one call of `inner`."""
        if self.lives_for:
            self.lives_for -= 1
            if not self.lives_for:
                return self._die(name, partial(inner, *args, **kwargs))
        return super().pass_through(name, inner, *args, **kwargs)

    def _die(self, name: str, effect: Effect) -> Any:
        self._fates.note(f"handover_killed_{self.role}")
        fate = Fate.CRASH_BEFORE if self._random.random() < 1 / 2 else Fate.CRASH_AFTER
        self._history.note(f"{self._loop.now_ms} {name} {fate} of the {self.role}")
        return self._struck(name, effect, fate)


class Listeners:
    """Whoever listens, and whoever comes next."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._started = 0
        self._gates: dict[str, MortalGate] = {}
        is_usual = world.random.random() < USUAL_SHARE
        world.may_be_unheard = is_usual or world.mix.unheard
        self._fates = Fates(world.mix if is_usual else seldom(world.mix), world.random)
        self._fates.counts = world.fates.counts
        world.all_fates.append(self._fates)

    def run_one(self) -> None:
        """Run a listener until it ends, or dies."""
        self._started += 1
        holder = f"listener-{self._started}"
        world = self._world
        gate = MortalGate(world.loop, self._fates, world.history, world.random)
        self._gates[holder] = gate
        self._perhaps_kill(world.leases.read(LISTENING), gate)
        skew_ms = SKEWS_MS[int(world.random.random() * len(SKEWS_MS))]
        try:
            listen(self._ports(gate, skew_ms), holder, world.loop.now_ms + LIFE_MS)
        finally:
            del self._gates[holder]

    def _perhaps_kill(self, lease: Lease | None, standby: MortalGate) -> None:
        """Choose who dies at a hand-over, and at which of its next calls."""
        if lease is None or not lease.leaving or lease.until_ms < self._world.loop.now_ms:
            return
        self._world.fates.note("listener_handover")
        drawn = self._world.random.random()
        holder = self._gates.get(lease.holder)
        if drawn >= KILLED_SHARE or holder is None or not self._fates.is_at_work:
            return
        victim, role = (holder, "holder") if drawn < KILLED_SHARE / 2 else (standby, "standby")
        victim.role = role
        victim.lives_for = 1 + int(self._world.random.random() * CALLS_AT_RISK)

    def _ports(self, gate: MortalGate, skew_ms: int) -> ListenerPorts:
        world = self._world
        questions = QuestionGate(world.loop, self._fates, world.history, world.random)
        venue: Any = Gated("venue", world.venue, questions)
        markets: Any = Gated("markets", world.markets, gate)
        leaders: Any = Gated("leaders", world.leaders, gate)
        queues: Any = Gated("queues", world.queues, gate)
        leases: Any = Gated("leases", world.leases, gate)
        feed = FeedPorts(
            venue_name=HYPERLIQUID,
            venue=venue,
            open_stream=world.tape.open,
            markets=markets,
            clock=LoopClock(world.loop, skew_ms),
            pause=world.loop.sleep,
            warn=lambda _message, _facts: None,
        )
        return ListenerPorts(feed, leaders, queues, leases)
