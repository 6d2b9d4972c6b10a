"""A follow with positions is deleted over HTTP and ends under the roles of the copy path."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.permissions.cast import new_follower
from tests.permissions.stage import Stage
from understudy.domain.follows import FollowStatus

if TYPE_CHECKING:
    from cli.system import System

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def stage(running: System) -> Stage:
    ready = Stage(running)
    ready.make_ready()
    return ready


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
