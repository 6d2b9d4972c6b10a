"""The world of the copy path with queues that deliver again what failed, in its lane's order."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.fakes.builders import LEADER
from tests.fakes.world import AtOnce, World
from tests.stateful.watched_store import WatchedStore
from understudy.adapters.following import receives_trades
from understudy.domain.errors import DependencyError, VenueUnreachableError
from understudy.domain.markets import HYPERLIQUID
from understudy.messages import LeaderFills
from understudy.workflows.fill_fan_out import fan_out_shard
from understudy.workflows.follow_reconcile import reconcile, sweep
from understudy.workflows.follower_execute import run_delivery
from understudy.workflows.leader_sync import sync_leader

if TYPE_CHECKING:
    from understudy.domain.ids import WalletId
    from understudy.messages import LaneCommand, ReconcileCommand

OTHER_LEADER = "0x" + "3" * 40
LEADERS = (LEADER, OTHER_LEADER)
DELIVERIES = 8
REDELIVERED_AFTER_SECONDS = 5
QUIET_SECONDS = 420
MINUTE_MS = 60_000


class RedeliveringWorld(World):
    """A failed command holds its lane, comes again, and after eight deliveries is given up."""

    def __init__(self) -> None:
        super().__init__()
        self.store = WatchedStore(self.table, self.markets, self.switches)
        self.copying = replace(self.copying, store=self.store)
        self.held_up: dict[WalletId, list[tuple[LaneCommand, int]]] = defaultdict(list)
        self.unsynced: deque[LeaderFills] = deque()
        self.venue.fund(OTHER_LEADER, "1000000")

    def is_watched(self, leader: str) -> bool:
        """Say whether the listener sends this leader's fills."""
        follows = self.table.follows.values()
        return any(each.leader == leader and receives_trades(each) for each in follows)

    def trades(self, leader: str, symbol: str, signed_size: str) -> None:
        """Let a leader trade; the listener sees it while anybody follows."""
        fill = self.venue.trade(leader, symbol, signed_size)
        if self.is_watched(leader):
            seen = replace(fill, start_position=None)
            self.queues.to_leader_sync([LeaderFills(HYPERLIQUID, leader, (seen,))])

    def looks_again(self, leader: str) -> None:
        """Compare a leader's book, as the listener has it done for who is newly watched."""
        gap = LeaderFills(HYPERLIQUID, leader, (), after_gap=True)
        self.queues.to_leader_sync([gap])

    def run_lane(self, commands: list[LaneCommand]) -> None:
        """Run one lane's commands behind what is held up there."""
        for command in commands:
            waiting = self.held_up[command.wallet_id]
            waiting.append((command, 0))
            if len(waiting) == 1:
                self._deliver(command.wallet_id)

    def redeliver(self) -> None:
        """Deliver again what failed."""
        for wallet_id in list(self.held_up):
            self._deliver(wallet_id)

    def be_quiet(self) -> None:
        """Let every fault end and so much time pass that nothing is under way any more."""
        self.venue.is_down = False
        self.venue.faults.clear()
        self.venue.land_late()
        for _ in range(QUIET_SECONDS // REDELIVERED_AFTER_SECONDS):
            self.pass_seconds(REDELIVERED_AFTER_SECONDS)

    def pass_seconds(self, seconds: int) -> None:
        """Let time pass at once, then run what is due, the schedule too where a minute turned."""
        minute = self.clock.now_ms() // MINUTE_MS
        self.clock.advance(seconds * 1000)
        self.redeliver()
        if self.clock.now_ms() // MINUTE_MS != minute:
            sweep(self.reconcile_ports, HYPERLIQUID)
        self.pump()

    def sync(self) -> int:
        """Turn fills into commands; a message that fails holds those behind it."""
        self.unsynced.extend(self.queues.leader_sync.take())
        done = 0
        while self.unsynced:
            try:
                sync_leader(self.sync_ports, [self.unsynced[0]])
            except (DependencyError, VenueUnreachableError):
                break
            self.unsynced.popleft()
            done += 1
        for shard in self.queues.fan_out.take():
            fan_out_shard(self.sync_ports.fan_out, shard)
            done += 1
        return done

    def _deliver(self, wallet_id: WalletId) -> None:
        waiting = self.held_up[wallet_id]
        while waiting:
            command, deliveries = waiting[0]
            failed = run_delivery(self.copying, self.signer, AtOnce(), {"lane": [command]})
            if failed and deliveries + 1 < DELIVERIES:
                waiting[0] = (command, deliveries + 1)
                return
            waiting.pop(0)

    def _round(self) -> int:
        done = self.sync()
        for command in self.queues.lanes.take():
            self.run_lane([command])
            done += 1
        for request in self.queues.reconcile.take():
            self._reconcile(request)
            done += 1
        return done

    def _reconcile(self, request: ReconcileCommand) -> None:
        try:
            reconcile(self.reconcile_ports, request)
        except (DependencyError, VenueUnreachableError):
            self.queues.to_reconcile(request, delay_seconds=REDELIVERED_AFTER_SECONDS)
