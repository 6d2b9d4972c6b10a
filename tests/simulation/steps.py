"""The production steps at work in a world: what queues and schedules start, on failing ports.

A step's process has a clock of its own; which of several processes serves is drawn from the seed.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from custody.hyperliquid import Terms
from custody.keys import wrapped_only
from custody.signer import IntentSigner
from tests.fakes.custody import untold
from tests.simulation.gates import Gate, Gated, QuestionGate, SignerGate
from tests.simulation.invoked import InvokedSigner
from tests.simulation.listeners import SKEWS_MS, Listeners
from tests.simulation.loop import CrashError, LoopClock
from tests.simulation.pool import LoopPool
from tests.simulation.repeating import CLOUD_TIMEOUT_MS, RepeatingGate
from tests.simulation.results import Results
from tests.simulation.sources import Source
from tests.simulation.venue import LateOrderGate
from tests.simulation.watch import concerned, group_of
from tests.simulation.world import LEADERS, World
from understudy.adapters.memory.venue_budget import InMemoryVenueBudget
from understudy.adapters.venues.hyperliquid.constants import Chain
from understudy.domain.errors import UnderstudyError
from understudy.domain.markets import HYPERLIQUID
from understudy.messages import LeaderFills
from understudy.ports.changes import RecordChange
from understudy.workflows.copy_events import publish_changes
from understudy.workflows.copying.views import CopyPorts
from understudy.workflows.fill_fan_out import fan_out_shard
from understudy.workflows.follow_reconcile import ReconcilePorts, reconcile, sweep
from understudy.workflows.follower_execute import run_delivery
from understudy.workflows.leader_sync import sync_leader
from understudy.workflows.watching.fanning_out import FanOutPorts
from understudy.workflows.watching.numbering import SyncPorts

SWEEP_MS = 60_000
LISTEN_MS = 60_000
STARTS_WITHIN_MS = 20_000
EVENTS_MS = 1_000
WEIGHT_PER_MINUTE = 1_000_000
WALLETS_A_MINUTE = 1_000
Groups = Mapping[Hashable, list[Any]]
Failed = Mapping[Hashable, BaseException]
# Whose clock stands still while a message is held up.
Waiting = Callable[[Any], tuple[Hashable, ...]]


@dataclass(frozen=True, slots=True)
class Process:
    """What one process of the steps was put together with."""

    copying: CopyPorts
    signer: Any
    sync: SyncPorts
    reconciling: ReconcilePorts


class Steps:
    """All steps, called by the world's queues and by time."""

    def __init__(self, world: World) -> None:
        self._world = world
        shared = (world.loop, world.fates, world.history, world.random)
        self._gate = RepeatingGate(*shared)
        self._pool = LoopPool(world.loop)
        self._vault_gate = Gate(*shared)
        self._vault_gate.timeout_ms = CLOUD_TIMEOUT_MS
        self._signer_gate = SignerGate(*shared)
        self._results = Results(world.custody.audited, world.breaks)
        self._venue: Any = Gated(
            "venue", world.venue, QuestionGate(*shared), submit=LateOrderGate(*shared)
        )
        self._budget = InMemoryVenueBudget({HYPERLIQUID: WEIGHT_PER_MINUTE}, world.clock)
        self._bus: Any = Gated("bus", world.bus, self._gate)
        signers_ms = (*SKEWS_MS[1:], SKEWS_MS[0])
        self._processes = [
            self._process(skew_ms, signer_ms)
            for skew_ms, signer_ms in zip(SKEWS_MS, signers_ms, strict=True)
        ]
        self._listeners = Listeners(world)

    def start(self) -> None:
        """Begin the leaders' books, and have everything served from now on."""
        queues = self._world.queues
        queues.leader_sync.work = self._by_group(queues.leader_sync, self._sync, self._leader_of)
        queues.fan_out.work = self._by_group(queues.fan_out, self._fan_out, lambda _: ())
        queues.reconcile.work = self._by_group(queues.reconcile, self._reconcile, self._concerned)
        queues.lanes.work = self._lanes
        spawn = self._world.loop.spawn
        spawn(self._every(SWEEP_MS, self._sweep), SWEEP_MS)
        spawn(self._every(LISTEN_MS, self._start_listener))
        spawn(self._every(EVENTS_MS, self._publish))
        queues.to_leader_sync([LeaderFills(HYPERLIQUID, leader, ()) for leader in LEADERS])

    def _process(self, skew_ms: int, signer_skew_ms: int) -> Process:
        """Put a process together, and the signer that it finds, whose machine is another one."""
        world, gate, clock = self._world, self._gate, LoopClock(self._world.loop, skew_ms)
        store: Any = Gated("copies", world.copies, gate)
        queues: Any = Gated("queues", world.queues, gate)
        leaders: Any = Gated("leaders", world.leaders, gate)
        markets: Any = Gated("markets", world.markets, gate)
        budget: Any = Gated("budget", self._budget, gate)
        copying = CopyPorts(store, {HYPERLIQUID: self._venue}, queues, budget, clock)
        sync = SyncPorts(FanOutPorts(leaders, queues, clock), markets, copying.venues)
        reconciling = ReconcilePorts(copying, leaders, markets, WALLETS_A_MINUTE)
        signer = self._signer(LoopClock(world.loop, signer_skew_ms))
        return Process(copying, signer, sync, reconciling)

    def _signer(self, clock: LoopClock) -> Any:
        store: Any = Gated("custody", self._world.custody, self._gate)
        vault: Any = Gated("vault", self._world.vault, self._vault_gate)
        signer = IntentSigner(
            store, wrapped_only(vault), clock, Terms(Chain.TESTNET), untold, self._pool
        )
        invoked = InvokedSigner(self._world.loop, signer, self._results)
        return Gated("signer", invoked, self._signer_gate)

    def _one(self) -> Process:
        number = int(self._world.random.random() * len(self._processes))
        if SKEWS_MS[number]:
            self._world.fates.note("clock_skew")
        return self._processes[number]

    def _lanes(self, groups: Groups) -> Failed:
        process = self._one()
        try:
            return run_delivery(process.copying, process.signer, self._pool, groups)
        except CrashError:
            self._world.watch.notice_death(self._world.queues.lanes, groups)
            raise

    def _sync(self, messages: list[Any]) -> None:
        sync_leader(self._one().sync, messages)

    def _fan_out(self, messages: list[Any]) -> None:
        for message in messages:
            fan_out_shard(self._one().sync.fan_out, message)

    def _reconcile(self, messages: list[Any]) -> None:
        for message in messages:
            reconcile(self._one().reconciling, message)

    @staticmethod
    def _leader_of(message: Any) -> tuple[Hashable, ...]:
        return (group_of(message.leader),)

    def _concerned(self, message: Any) -> tuple[Hashable, ...]:
        return concerned(self._world, message)

    def _sweep(self) -> None:
        sweep(self._one().reconciling, HYPERLIQUID)

    def _start_listener(self) -> None:
        after_ms = int(self._world.random.random() * STARTS_WITHIN_MS)
        self._world.loop.spawn(self._survived(self._listeners.run_one), after_ms)

    def _publish(self) -> None:
        """Publish what changed; what the bus did not take is delivered again."""
        world = self._world
        world.unpublished += [RecordChange(*each) for each in world.table.drain_stream()]
        publish_changes(self._bus, world.clock, world.unpublished)
        world.unpublished = []

    def _every(self, pause_ms: int, work: Callable[[], object]) -> Callable[[], None]:
        survived = self._survived(work)

        def again() -> None:
            while True:
                survived()
                self._world.loop.sleep(pause_ms)

        return again

    def _survived(self, work: Callable[[], object]) -> Callable[[], None]:
        """Let a scheduled run fail: the schedule starts the next."""

        def run() -> None:
            try:
                work()
            except (CrashError, UnderstudyError) as error:
                self._world.history.note(f"{self._world.loop.now_ms} {type(error).__name__}")

        return run

    def _by_group(
        self, source: Source[Any], work: Callable[[list[Any]], None], waiting: Waiting
    ) -> Callable[[Groups], Failed]:
        """Do a batch group by group; who dies at one holds up those behind it as well."""

        def each_group(groups: Groups) -> Failed:
            failed: dict[Hashable, BaseException] = {}
            left = dict(groups)
            for group, messages in groups.items():
                try:
                    work(messages)
                except UnderstudyError as error:
                    failed[group] = error.with_traceback(None)  # whose frames know `failed`
                except CrashError:
                    held_up = (waiting(one) for each in left.values() for one in each)
                    self._world.watch.notice_death(source, {*chain.from_iterable(held_up)})
                    raise
                else:
                    del left[group]
            return failed

        return each_group
