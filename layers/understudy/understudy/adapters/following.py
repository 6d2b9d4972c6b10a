"""Which follows a leader's trades go to, and in which shard of the leader they stand. Pure."""

from __future__ import annotations

from understudy.domain.follows import Follow, FollowStatus
from understudy.ports.copying import FollowEntry

FOLLOWS_PER_SHARD = 200


def receives_trades(follow: Follow) -> bool:
    """Say whether the leader's trades go to this follow: stopped ones still copy the closes."""
    return follow.status in {FollowStatus.ACTIVE, FollowStatus.PAUSED, FollowStatus.DELETING}


def entry_of(follow: Follow) -> FollowEntry:
    """Give what the fan-out needs to know of a follow."""
    return FollowEntry(follow.follow_id, follow.wallet_id, follow.user_id)


def shard_for(follows_before: int) -> int:
    """Give the shard of a leader's next follow by the number of those that came before."""
    return follows_before // FOLLOWS_PER_SHARD


def shards_for(follows: int) -> int:
    """Give the number of shards that so many follows take."""
    return -(-follows // FOLLOWS_PER_SHARD)
