"""A trade reaches the lanes of a leader's many followers shard by shard, and each lane once."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest

from tests.fakes.builders import LEADER, limits, ratio, trade
from tests.fakes.world import World
from tests.unit.workflows.crashing import CrashError, Crashing, CrashPoint, every_crash
from tests.unit.workflows.restoring import begun, saved, stop_and_restore
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.trades import Fill
from understudy.messages import FillFanOut, LeaderFills
from understudy.workflows.fill_fan_out import fan_out_shard
from understudy.workflows.leader_sync import sync_leader
from understudy.workflows.watching.fanning_out import FanOutPorts

TWO_SHARDS = 201


def _much_followed() -> World:
    world = World()
    for number in range(TWO_SHARDS):
        world.follow(limits(ratio("1")), name=str(number + 1))
    world.begin()
    return world


def _fill(world: World) -> Fill:
    return replace(world.venue.trade(LEADER, "BTC", "5"), start_position=None)


def _sync(world: World, fill: Fill) -> None:
    sync_leader(world.sync_ports, [LeaderFills(HYPERLIQUID, LEADER, (fill,))])


def test_a_leader_with_many_followers_is_fanned_out_shard_by_shard() -> None:
    world = _much_followed()

    _sync(world, _fill(world))

    assert len(world.queues.fan_out) == 2
    assert len(world.queues.lanes) == 0
    world.sync()
    follows = {command.follow_id for command in world.queues.lanes.take(1000)}
    assert len(follows) == TWO_SHARDS


def test_a_shard_that_is_sent_again_reaches_each_lane_once() -> None:
    world = _much_followed()
    fill = _fill(world)

    _sync(world, fill)
    world.sync()
    _sync(world, fill)
    world.sync()

    assert len(world.queues.lanes.take(1000)) == TWO_SHARDS


def _fan_out_twice(world: World, point: CrashPoint) -> None:
    """Have every shard of a trade sent on by a worker that may die, and by the next one."""
    store, queues = Crashing(world.leaders, point), Crashing(world.queues, point)
    ports = FanOutPorts(store, queues, world.clock)
    for _ in range(2):
        for shard in range(2):
            with suppress(CrashError):
                fan_out_shard(ports, FillFanOut(trade(), shard))


def _calls_of_a_fan_out() -> int:
    point = CrashPoint()
    _fan_out_twice(_much_followed(), point)
    return point.calls


@pytest.mark.parametrize(("at", "after"), every_crash(_calls_of_a_fan_out()))
def test_a_worker_that_dies_at_any_call_reaches_each_lane_once(at: int, *, after: bool) -> None:
    world = _much_followed()

    _fan_out_twice(world, CrashPoint(at, after))

    follows = [command.follow_id for command in world.queues.lanes.take(1000)]
    assert len(follows) == len(set(follows)) == TWO_SHARDS


def test_a_shards_message_from_before_a_restore_reaches_no_lane() -> None:
    world, _ = begun()
    before = FillFanOut(trade(), shard=0)
    stop_and_restore(world, saved(world))

    fan_out_shard(world.sync_ports.fan_out, before)
    assert world.queues.lanes.take() == []

    fan_out_shard(world.sync_ports.fan_out, replace(before, epoch=world.copying.epoch))
    assert [command.epoch for command in world.queues.lanes.take()] == [world.copying.epoch]
