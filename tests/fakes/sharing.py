"""Two follows of one wallet, each of a leader of its own."""

from __future__ import annotations

from dataclasses import replace

from tests.fakes.world import World
from understudy.domain.follows import FollowStatus
from understudy.domain.ids import FollowId
from understudy.domain.limits import Limits
from understudy.domain.markets import HYPERLIQUID
from understudy.messages import LeaderFills

OTHER_LEADER = "0x" + "3" * 40


def follow_another(world: World, first: FollowId, own: Limits) -> FollowId:
    """Let the wallet of the first follow follow another leader too; both books begin."""
    other = replace(
        world.table.follows[first],
        follow_id=FollowId("follow-2"),
        leader=OTHER_LEADER,
        limits=own,
        status=FollowStatus.INACTIVE,
        version=0,
    )
    created = world.directory.create(other)
    world.directory.replace(replace(created, status=FollowStatus.ACTIVE))
    world.venue.fund(OTHER_LEADER, "1000000")
    world.queues.to_leader_sync([LeaderFills(HYPERLIQUID, OTHER_LEADER, (), after_gap=True)])
    world.begin()
    return created.follow_id


def other_leader_trades(world: World, size: str, symbol: str = "BTC") -> None:
    """Let the other leader trade; what comes of it is not worked on yet."""
    fill = replace(world.venue.trade(OTHER_LEADER, symbol, size), start_position=None)
    world.queues.to_leader_sync([LeaderFills(HYPERLIQUID, OTHER_LEADER, (fill,))])
