"""A world whose copying table is lost, and brought back as it was some time before."""

from __future__ import annotations

from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.fakes.builders import LEADER
from tests.fakes.world import World, following
from understudy.domain.follows import FollowStatus
from understudy.domain.ids import FollowId
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.money import ZERO
from understudy.messages import LeaderFills

if TYPE_CHECKING:
    from collections.abc import Iterator

    from understudy.domain.follows import Follow

Saved = dict[str, Any]
OTHER = "0x" + "3" * 40


def begun(*copied: str) -> tuple[World, FollowId]:
    """Begin with one follow that copies everything one to one."""
    return following(*copied, budget=5000)


def saved(world: World) -> Saved:
    """Take a copy of the whole table, as a point in time to come back to."""
    records = {name: value for name, value in vars(world.table).items() if name != "lock"}
    return deepcopy(records)


def stop_and_restore(world: World, before: Saved) -> None:
    """Stop, raise the epoch, bring the table back and throw away what is in the queues."""
    world.copying = replace(world.copying, epoch=world.clock.now_ms())
    for name, value in deepcopy(before).items():
        setattr(world.table, name, value)
    for queue in (world.queues.leader_sync, world.queues.fan_out, world.queues.lanes):
        queue.take()
    world.queues.reconcile.take()
    world.clock.advance(60_000)


@contextmanager
def lost(world: World) -> Iterator[None]:
    """Have the table lose what it learns in here."""
    before = saved(world)
    yield
    stop_and_restore(world, before)


def repair_leader(world: World, leader: str = LEADER) -> None:
    """Have the leader's book compared with the venue, as the listener asks when it starts."""
    world.queues.to_leader_sync([LeaderFills(HYPERLIQUID, leader, (), after_gap=True)])
    world.pump()


def recover(world: World) -> None:
    """Go on after a restore: the leader's book first, then some minutes of reconciling."""
    repair_leader(world)
    for _ in range(4):
        for symbol, price in world.markets.marks(HYPERLIQUID).prices.items():
            world.price(symbol, str(price))
        world.sweep()
        world.pass_time(60)


def follow_of(world: World, follow: FollowId) -> Follow:
    return world.table.follows[follow]


def pnl_at_venue(world: World, follow: FollowId) -> Decimal:
    """Add up what the venue paid and charged for every fill of a follow's account."""
    fills = world.venue.books.account(follow_of(world, follow).wallet_address).fills
    return sum((own.closed_pnl - own.fee for own in fills), ZERO)


def second_follow_on_the_wallet(world: World) -> FollowId:
    """Let the wallet of the first follow copy another leader too."""
    first = follow_of(world, FollowId("follow-1"))
    world.venue.fund(OTHER, "1000000")
    created = world.directory.create(
        replace(first, follow_id=FollowId("follow-2"), leader=OTHER, version=0)
    )
    follow = world.directory.replace(replace(created, status=FollowStatus.ACTIVE))
    repair_leader(world, OTHER)
    world.clock.advance(1000)
    return follow.follow_id


def other_leader_trades(world: World, symbol: str, signed_size: str) -> None:
    """Let the other leader trade, have it copied, and let 61 s pass."""
    fill = replace(world.venue.trade(OTHER, symbol, signed_size), start_position=None)
    world.queues.to_leader_sync([LeaderFills(HYPERLIQUID, OTHER, (fill,))])
    world.pump()
    world.clock.advance(61_000)
