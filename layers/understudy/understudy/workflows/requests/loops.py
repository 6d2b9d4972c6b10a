"""No loops: nobody follows themselves, and nobody follows somebody who follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.domain.errors import LimitExceededError
from understudy.domain.follows import FollowStatus

if TYPE_CHECKING:
    from understudy.ports.copying import CopyStore
    from understudy.ports.identity import IdentityStore

FOLLOWING = {FollowStatus.ACTIVE, FollowStatus.PAUSED, FollowStatus.DELETING}


def refuse_loop(
    identity: IdentityStore, copies: CopyStore, follower_address: str, leader: str
) -> None:
    """Raise LimitExceededError when the leader is a follower, the follower itself included."""
    if leader == follower_address:
        raise _refused("this leader is the follow's own wallet: follow another address")
    if _follows_somebody(identity, copies, leader):
        raise _refused(
            "this leader is a follower here, and nobody copies copies: follow whom it follows"
        )


def _refused(why: str) -> LimitExceededError:
    return LimitExceededError(why, code="LEADER_IS_FOLLOWER")


def _follows_somebody(identity: IdentityStore, copies: CopyStore, address: str) -> bool:
    wallet = identity.wallet_of_address(address)
    if wallet is None:
        return False
    states = (copies.follow_state(each) for each in copies.wallet_follows(wallet.wallet_id))
    return any(state is not None and state.follow.status in FOLLOWING for state in states)
