"""Implements `Queues` on simulated sources."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

from tests.simulation.faults import Fates
from tests.simulation.loop import Loop
from tests.simulation.sources import Source
from understudy.adapters import sending
from understudy.adapters.aws.redelivery import LANE_LOST_SECONDS, LOST_SECONDS
from understudy.adapters.sending import refuse_delay
from understudy.messages import FillFanOut, LaneCommand, LeaderFills, ReconcileCommand


class SimulatedQueues:
    """The queues of the flow; each source's `work` is given by who runs the functions."""

    def __init__(self, loop: Loop, fates: Fates, random: Random) -> None:
        draw, lost_ms = random.random, LOST_SECONDS * 1000
        self.leader_sync: Source[LeaderFills] = Source("leader_sync", loop, fates, draw, lost_ms)
        self.fan_out: Source[FillFanOut] = Source("fill_fan_out", loop, fates, draw, lost_ms)
        self.lanes: Source[LaneCommand] = Source(
            "follower_execute", loop, fates, draw, LANE_LOST_SECONDS * 1000
        )
        self.reconcile: Source[ReconcileCommand] = Source("follow_reconcile", loop, fates, draw)

    @property
    def sources(self) -> tuple[Source[Any], ...]:
        """Give every queue."""
        return self.leader_sync, self.fan_out, self.lanes, self.reconcile

    @property
    def in_order(self) -> tuple[Source[Any], ...]:
        """Give the queues that keep an order; the other one always has something for later."""
        return self.leader_sync, self.fan_out, self.lanes

    def to_leader_sync(self, messages: Sequence[LeaderFills]) -> None:
        """Send fills, ordered per leader."""
        self.leader_sync.send(sending.of_leader_fills(messages))

    def to_fan_out(self, messages: Sequence[FillFanOut]) -> None:
        """Send trades per shard, ordered per leader and shard."""
        self.fan_out.send(map(sending.of_fan_out, messages))

    def to_lanes(self, messages: Sequence[LaneCommand]) -> None:
        """Send commands into their wallets' lanes, ordered per lane."""
        self.lanes.send(map(sending.of_lane_command, messages))

    def to_reconcile(self, *messages: ReconcileCommand, delay_seconds: int = 0) -> None:
        """Send reconcile commands, to arrive after a delay."""
        refuse_delay(delay_seconds)
        for message in messages:
            self.reconcile.send_later(message, delay_seconds * 1000)
