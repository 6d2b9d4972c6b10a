"""Follows, and people, with positions are deleted over HTTP; the system's own roles finish it."""

from __future__ import annotations

import pytest

from cli.client import ApiError
from tests.permissions.cast import new_follower
from tests.permissions.erasing import FUNCTION, have_asked, left_of, noted
from tests.permissions.stage import Stage
from understudy.domain.follows import FollowStatus
from understudy.domain.limits import OnStop

pytestmark = pytest.mark.integration


def test_the_leaders_exit_ends_a_deleted_follow(stage: Stage) -> None:
    follower = new_follower(stage)
    follower.copy("0", "1", 1)

    leaving = follower.client.delete(follower.follow_id)
    follower.copy("1", "0", 2)

    assert leaving["status"] == "DELETING"
    assert follower.state.follow.status is FollowStatus.DELETED
    assert not follower.held
    assert not stage.copies.wallet_follows(follower.state.follow.wallet_id)


def test_a_follow_deleted_with_close_now_is_closed_and_gone(stage: Stage) -> None:
    follower = new_follower(stage, on_stop="close_now")
    follower.copy("0", "1", 1)

    follower.client.delete(follower.follow_id)

    stage.wait("it is gone", lambda: follower.state.follow.status is FollowStatus.DELETED)
    assert not follower.held


def test_who_asks_once_is_erased_when_the_position_is_closed(stage: Stage) -> None:
    follower = new_follower(stage)
    follower.copy("0", "1", 1)
    user_id, address = follower.state.follow.user_id, follower.user.key.address
    asked = follower.client.call("POST", "/v1/me/deletion", {"address": address})
    assert asked == {"status": "CLOSING", "open_follows": [follower.follow_id]}
    stage.wait("the position is closed", lambda: not follower.held)
    stage.invoke(FUNCTION, {})
    assert left_of(stage, user_id), "the request itself has ten minutes"

    have_asked(stage, user_id, OnStop.CLOSE_NOW)
    stage.invoke(FUNCTION, {})

    assert left_of(stage, user_id, address.lower()) == set()
    assert noted(stage, user_id) == [("ACCOUNT_DELETED", True)]
    with pytest.raises(ApiError, match="session has ended"):
        follower.client.me()
