"""Follows that end while a trade is lost on its way to them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from understudy.domain.follows import Follow, FollowStatus
from understudy.domain.limits import OnStop
from understudy.ports.copying import Changes
from understudy.workflows.copying.ending import end_if_done

if TYPE_CHECKING:
    from tests.fakes.world import World
    from understudy.domain.ids import FollowId


def lose_a_trade(world: World, size: str) -> None:
    world.leader_trades("BTC", size)
    world.sync()
    world.queues.lanes.take()


def leave(world: World, follow: FollowId, on_stop: OnStop = OnStop.KEEP) -> Follow:
    """Ask for a follow's deletion, and end it if nothing is left to do."""
    stored = world.table.follows[follow]
    last_seq = world.leaders.leader_book(stored.venue, stored.leader).seq
    limits = replace(stored.limits, on_stop=on_stop)
    leaving = replace(stored, limits=limits, status=FollowStatus.DELETING, end_seq=last_seq)
    committed = world.copying.store.commit(Changes(follow=leaving)).follow
    assert committed is not None
    now_ms, epoch = world.clock.now_ms(), world.copying.epoch
    return end_if_done(world.copying.store, world.queues, committed, now_ms, epoch)
