"""The production steps with every port gated: the signer's own, the bus and the listener's too."""

from __future__ import annotations

from typing import Any

from custody.hyperliquid import Terms
from custody.signer import IntentSigner
from tests.fakes.world import AtOnce
from tests.simulation.enumeration.planned import PlannedWorld
from tests.simulation.faults import Fate
from tests.simulation.gates import Effect, Gate, Gated, QuestionGate, SignerGate
from tests.simulation.loop import CrashError, LoopClock
from tests.simulation.steps import Steps
from understudy.adapters.memory.leases import InMemoryLeases
from understudy.adapters.venues.hyperliquid.constants import Chain
from understudy.domain.markets import HYPERLIQUID
from understudy.ports.changes import RecordChange
from understudy.ports.stream import MarketStream
from understudy.workflows.copy_events import publish_changes
from understudy.workflows.leader_listener import ListenerPorts, listen
from understudy.workflows.watching.market_feed import FeedPorts

# Before the names of the listener's calls: it polls, the other steps do not.
LISTENER = "listener/"


class OpenGate(Gate):
    """For what never fails by itself: a connection tells of its end by an event."""

    def pass_through(self, name: str, effect: Effect) -> Any:
        """Make the call, at once."""
        del name
        return effect()


class OwnProcessGate(SignerGate):
    """The signer dies alone: whoever called it gets no answer."""

    def _done(self, name: str, effect: Effect) -> Any:
        try:
            return super()._done(name, effect)
        except CrashError:
            return self._failed(name, Fate.CRASH_BEFORE)


class PlannedSteps(Steps):
    """All steps of a planned world; the listener's calls can fail where it lives for so long."""

    def __init__(self, world: PlannedWorld, listener_life_ms: int) -> None:
        shared = (world.loop, world.fates, world.history, world.random)
        self._cloud = Gate(*shared)
        self._question = QuestionGate(*shared)
        self._open = OpenGate(*shared)
        self._apart = OwnProcessGate(*shared)
        self._planned_world = world
        self._life_ms = listener_life_ms
        self._unpublished: list[RecordChange] = []
        self._bus: Any = Gated("bus", world.bus, self._cloud)
        super().__init__(world)

    def _signer(self, clock: LoopClock) -> Any:
        world = self._planned_world
        store: Any = Gated("custody", world.custody, self._cloud)
        vault: Any = Gated("vault", world.vault, self._cloud)
        signer = IntentSigner(store, vault, clock, Terms(Chain.TESTNET), AtOnce())
        return Gated("signer", signer, self._apart)

    def _listening(self) -> ListenerPorts:
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
            self._heard("leases", InMemoryLeases(), self._cloud),
        )

    def _heard(self, name: str, target: Any, gate: Gate) -> Any:
        return Gated(f"{LISTENER}{name}", target, gate) if self._life_ms else target

    def _open_stream(self) -> MarketStream:
        stream: Any = self._planned_world.tape.open()
        if self._life_ms:
            stream = Gated(f"{LISTENER}stream", stream, self._open, connect=self._question)
        opened: MarketStream = stream
        return opened

    def _start_listener(self) -> None:
        if not self._life_ms:
            super()._start_listener()
            return
        self._listeners += 1
        holder, ends_ms = f"listener-{self._listeners}", self._world.loop.now_ms + self._life_ms
        self._world.loop.spawn(self._survived(lambda: listen(self._listener, holder, ends_ms)))

    def _publish(self) -> None:
        """Publish what changed; what the bus did not take is delivered again."""
        world = self._planned_world
        self._unpublished += [RecordChange(*each) for each in world.table.drain_stream()]
        world.unpublished = len(self._unpublished)
        publish_changes(self._bus, world.clock, self._unpublished)
        self._unpublished, world.unpublished = [], 0
