"""The production steps with every port gated, where it is struck the listener too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.simulation.enumeration.planned import PlannedWorld
from tests.simulation.gates import Gate, Gated, QuestionGate
from tests.simulation.listeners import Listeners
from tests.simulation.repeating import RepeatingGate
from tests.simulation.steps import Steps
from understudy.adapters.memory.leases import InMemoryLeases
from understudy.domain.markets import HYPERLIQUID
from understudy.ports.stream import MarketStream
from understudy.workflows.leader_listener import ListenerPorts, listen
from understudy.workflows.watching.market_feed import FeedPorts

# Before the names of the listener's calls: it polls, the other steps do not.
LISTENER = "listener/"
LONG_MS = 3_600_000


class OpenGate(Gate):
    """For what never fails by itself: a connection tells of its end by an event."""

    def pass_through(self, name: str, inner: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Make the call, at once."""
        del name
        return inner(*args, **kwargs)


class PlannedListeners(Listeners):
    """Listeners that nobody kills but the plan; it strikes them where they live for so long."""

    def __init__(self, world: PlannedWorld, life_ms: int) -> None:
        super().__init__(world)
        shared = (world.loop, world.planned, world.history, world.random)
        self._cloud = RepeatingGate(*shared)
        self._question = QuestionGate(*shared)
        self._open = OpenGate(*shared)
        self._planned_world = world
        self._life_ms = life_ms
        self._leases = InMemoryLeases()
        self._listening = self._put_together()

    def run_one(self) -> None:
        """Run a listener until it ends, or dies."""
        self._started += 1
        ends_ms = self._planned_world.loop.now_ms + (self._life_ms or LONG_MS)
        listen(self._listening, f"listener-{self._started}", ends_ms)

    def _put_together(self) -> ListenerPorts:
        world = self._planned_world
        feed = FeedPorts(
            venue_name=HYPERLIQUID,
            venue=self._heard("venue", world.venue, self._question),
            open_stream=self._open_stream,
            markets=self._heard("markets", world.markets, self._cloud),
            clock=world.clock,
            pause=world.loop.sleep,
            warn=lambda _message, _facts: None,
        )
        return ListenerPorts(
            feed,
            self._heard("leaders", world.leaders, self._cloud),
            self._heard("queues", world.queues, self._cloud),
            self._heard("leases", self._leases, self._cloud),
        )

    def _heard(self, name: str, target: Any, gate: Gate) -> Any:
        return Gated(f"{LISTENER}{name}", target, gate) if self._life_ms else target

    def _open_stream(self) -> MarketStream:
        stream: Any = self._planned_world.tape.open()
        if self._life_ms:
            stream = Gated(f"{LISTENER}stream", stream, self._open, connect=self._question)
        opened: MarketStream = stream
        return opened


class PlannedSteps(Steps):
    """All steps of a planned world."""

    def __init__(self, world: PlannedWorld, listener_life_ms: int) -> None:
        super().__init__(world)
        self._listeners = PlannedListeners(world, listener_life_ms)

    def _start_listener(self) -> None:
        self._world.loop.spawn(self._survived(self._listeners.run_one))
