"""Follows and receipts as users see them: once per wallet and leader, in order, page by page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.contract.stores.records import created, receipt
from tests.fakes import builders
from tests.fakes.builders import FOLLOW, LEADER, NOW_MS
from understudy.domain.errors import ConflictError, InvalidInputError
from understudy.domain.follows import FollowStatus
from understudy.domain.ids import CopyId, FollowId, UserId, WalletId
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.receipts import CopyStatus
from understudy.ports.copying import Changes
from understudy.ports.directory import Page

if TYPE_CHECKING:
    from tests.contract.stores.worlds import World

USER = UserId("user-1")


def commit_receipts(world: World, count: int, follow_id: FollowId = FOLLOW) -> None:
    for seq in range(1, count + 1):
        one = receipt(seq, follow_id=follow_id, copy_id=CopyId(f"{follow_id}-{seq}"))
        world.copies.commit(Changes(receipts=(one,)))


def test_a_created_follow_is_read_back(world: World) -> None:
    follow = created(world, created_at_ms=NOW_MS, status=FollowStatus.INACTIVE)

    assert follow.version == 1
    assert world.directory.of_user(USER) == [follow]


def test_a_wallet_follows_a_leader_on_a_venue_once(world: World) -> None:
    created(world, "a", wallet_id="w")

    with pytest.raises(ConflictError):
        created(world, "b", wallet_id="w")

    created(world, "c", wallet_id="w", leader="0xother")
    created(world, "d", wallet_id="w", venue="elsewhere")
    assert [each.follow_id for each in world.directory.of_user(USER)] == ["a", "c", "d"]


def test_a_wallet_may_follow_a_leader_again_after_the_first_follow_is_deleted(world: World) -> None:
    created(world, "a", wallet_id="w", status=FollowStatus.DELETED)
    created(world, "b", wallet_id="w")

    assert [each.follow_id for each in world.directory.of_user(USER)] == ["b"]
    assert list(world.copies.wallet_follows(WalletId("w"))) == ["b"]


def test_an_id_is_given_once(world: World) -> None:
    created(world, "a", wallet_id="w")

    with pytest.raises(ConflictError):
        created(world, "a", wallet_id="v")


def test_a_deleted_follow_stays_as_it_is(world: World) -> None:
    deleted = created(world, status=FollowStatus.DELETED)

    with pytest.raises(ConflictError):
        world.directory.replace(replace(deleted, status=FollowStatus.ACTIVE))
    with pytest.raises(ConflictError):
        world.copies.commit(Changes(follow=replace(deleted, status=FollowStatus.PAUSED)))

    state = world.copies.follow_state(FOLLOW)
    assert state is not None
    assert state.follow == deleted
    world.copies.commit(Changes(unchanged=deleted, budget=state.budget))


def test_a_follow_is_replaced_under_the_version_read(world: World) -> None:
    follow = created(world)
    second = world.directory.replace(replace(follow, limits=builders.limits(reverse=True)))

    with pytest.raises(ConflictError):
        world.directory.replace(replace(follow, agent_id="another"))

    assert world.directory.of_user(USER) == [second]


def test_a_follow_that_was_never_created_is_not_replaced(world: World) -> None:
    with pytest.raises(InvalidInputError):
        world.directory.replace(builders.follow())


def test_follows_are_listed_oldest_first(world: World) -> None:
    for name, at in (("b", 2), ("a", 3), ("c", 1)):
        created(world, name, created_at_ms=NOW_MS + at)

    assert [each.follow_id for each in world.directory.of_user(USER)] == ["c", "b", "a"]


def test_a_leaders_follows_fill_one_shard_after_the_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("understudy.adapters.following.FOLLOWS_PER_SHARD", 2)

    placed = [created(world, f"follow-{number}").shard for number in range(5)]

    shards = [world.leaders.follow_shard(HYPERLIQUID, LEADER, shard) for shard in range(3)]
    assert placed == [0, 0, 1, 1, 2]
    assert [len(shard.follows) for shard in shards] == [2, 2, 1]
    assert [shard.shards for shard in shards] == [3, 3, 3]


def test_receipts_are_listed_newest_first_in_pages_without_gaps(world: World) -> None:
    commit_receipts(world, 5)
    commit_receipts(world, 3, FollowId("another"))

    first = world.directory.receipts(FOLLOW, limit=2)
    second = world.directory.receipts(FOLLOW, limit=2, cursor=first.cursor)
    third = world.directory.receipts(FOLLOW, limit=2, cursor=second.cursor)

    pages = [[each.seq for each in page.items] for page in (first, second, third)]
    assert pages == [[5, 4], [3, 2], [1]]
    assert third.cursor == ""


def test_a_page_that_is_just_full_says_that_it_is_the_last(world: World) -> None:
    commit_receipts(world, 2)

    assert world.directory.receipts(FOLLOW, limit=2).cursor == ""
    assert world.directory.logs(USER, limit=2).cursor == ""
    assert world.directory.receipts(FollowId("nobody"), limit=2) == Page(())


def test_logs_mix_the_follows_of_a_user_by_the_leaders_time(world: World) -> None:
    commit_receipts(world, 3)
    commit_receipts(world, 2, FollowId("another"))

    first = world.directory.logs(USER, limit=3)
    second = world.directory.logs(USER, limit=3, cursor=first.cursor)

    listed = [(each.seq, each.follow_id) for each in (*first.items, *second.items)]
    assert listed == sorted(listed, key=lambda each: (each[0], each[1]), reverse=True)
    assert (len(listed), second.cursor) == (5, "")
    assert world.directory.logs(UserId("nobody"), limit=3) == Page(())


def test_a_listing_shows_a_receipt_as_it_is_now(world: World) -> None:
    claimed = world.copies.commit(Changes(receipts=(receipt(),))).receipts[0]
    world.copies.commit(Changes(receipts=(replace(claimed, status=CopyStatus.DONE),)))

    for page in (world.directory.receipts(FOLLOW, limit=1), world.directory.logs(USER, limit=1)):
        assert [each.status for each in page.items] == [CopyStatus.DONE]


def test_a_cursor_of_another_listing_is_an_error_of_the_caller(world: World) -> None:
    commit_receipts(world, 3)
    cursor = world.directory.receipts(FOLLOW, limit=1).cursor

    for wrong in ("x", "é", cursor + "A", cursor[:-1], "A" * 200):
        with pytest.raises(InvalidInputError):
            world.directory.receipts(FOLLOW, limit=1, cursor=wrong)
    with pytest.raises(InvalidInputError):
        world.directory.logs(USER, limit=1, cursor=cursor)
    with pytest.raises(InvalidInputError):
        world.directory.receipts(FollowId("another"), limit=1, cursor=cursor)


def test_a_receipt_is_shown_to_its_user_alone(world: World) -> None:
    stored = world.copies.commit(Changes(receipts=(receipt(),), intent=None)).receipts[0]

    assert world.directory.receipt_of(USER, stored.copy_id) == stored
    assert world.directory.receipt_of(UserId("user-2"), stored.copy_id) is None
    assert world.directory.receipt_of(USER, CopyId("unknown")) is None
