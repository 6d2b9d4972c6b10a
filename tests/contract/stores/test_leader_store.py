"""Leaders' books, trades and fills: each fill in one trade, each trade once, in order."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.contract.stores.records import book, created, fill
from tests.fakes.builders import LEADER, trade
from understudy.domain.errors import ConflictError, LimitExceededError
from understudy.domain.follows import FollowStatus
from understudy.domain.leaders import LeaderBook
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.trades import Side

if TYPE_CHECKING:
    from tests.contract.stores.worlds import World


def test_an_unknown_leader_has_an_empty_book(world: World) -> None:
    assert world.leaders.leader_book(HYPERLIQUID, LEADER) == LeaderBook(HYPERLIQUID, LEADER)


def test_a_trade_is_read_back_as_it_was_stored(world: World) -> None:
    stored = world.leaders.store_trade(book(), trade(), [fill("1"), fill("2")])

    assert stored == book(version=1)
    assert world.leaders.leader_book(HYPERLIQUID, LEADER) == stored
    assert list(world.leaders.trades_since(HYPERLIQUID, LEADER, 0, 10)) == [trade()]


def test_a_book_that_moved_takes_no_trade_and_no_fill(world: World) -> None:
    world.leaders.store_book(book())

    with pytest.raises(ConflictError):
        world.leaders.store_trade(book(), trade(), [fill()])

    assert not world.leaders.fill_owners(HYPERLIQUID, LEADER, [fill().key])
    assert not world.leaders.trades_since(HYPERLIQUID, LEADER, 0, 10)


def test_a_book_is_replaced_under_the_version_read(world: World) -> None:
    first = world.leaders.store_book(book())
    second = world.leaders.store_book(replace(first, positions={"BTC": Decimal(7)}))

    with pytest.raises(ConflictError):
        world.leaders.store_book(replace(first, seq=9))

    assert world.leaders.leader_book(HYPERLIQUID, LEADER) == second


def test_a_fill_that_belongs_to_a_trade_is_never_stored_in_another(world: World) -> None:
    stored = world.leaders.store_trade(book(), trade(), [fill("1"), fill("2")])

    with pytest.raises(ConflictError):
        world.leaders.store_trade(stored, trade(seq=2), [fill("1"), fill("2")])
    with pytest.raises(ConflictError):
        world.leaders.store_trade(stored, trade(seq=2, n=1), [fill("2"), fill("3")])

    assert world.leaders.leader_book(HYPERLIQUID, LEADER) == stored


def test_late_fills_of_a_moment_make_the_next_trade_of_it(world: World) -> None:
    first = world.leaders.store_trade(book(), trade(), [fill("1")])
    late = trade(seq=2, n=1)
    world.leaders.store_trade(replace(first, seq=2), late, [fill("2")])

    owners = world.leaders.fill_owners(HYPERLIQUID, LEADER, [fill(str(n)).key for n in range(4)])

    assert owners == {fill("1").key: trade().trade_id, fill("2").key: late.trade_id}


def test_the_trades_of_a_moment_are_numbered_without_gaps(world: World) -> None:
    first = world.leaders.store_trade(book(), trade(), [fill("1")])

    with pytest.raises(ConflictError):
        world.leaders.store_trade(first, trade(seq=2, n=2), [fill("2")])


def test_owners_are_told_apart_by_symbol_side_and_time(world: World) -> None:
    world.leaders.store_trade(book(), trade(), [fill("1")])
    others = [
        fill("1", symbol="ETH").key,
        fill("1", side=Side.SELL).key,
        fill("1", time_ms=fill().time_ms + 1).key,
    ]

    assert list(world.leaders.fill_owners(HYPERLIQUID, LEADER, [*others, fill("1").key])) == [
        fill("1").key
    ]


def test_a_trade_of_very_many_fills_is_stored_whole(world: World) -> None:
    fills = [fill(str(number)) for number in range(350)]

    world.leaders.store_trade(book(), trade(fill_count=350), fills)

    owners = world.leaders.fill_owners(HYPERLIQUID, LEADER, [each.key for each in fills])
    assert set(owners.values()) == {trade().trade_id}
    assert len(owners) == 350


def test_owners_of_more_fills_than_one_read_takes_are_found(world: World) -> None:
    times = [fill().time_ms + 1_000 + number for number in range(101)]
    world.leaders.store_trade(book(), trade(time_ms=times[100]), [fill(time_ms=times[100])])

    keys = [fill(time_ms=time_ms).key for time_ms in times]

    assert list(world.leaders.fill_owners(HYPERLIQUID, LEADER, keys)) == [keys[100]]


def test_trades_are_read_in_order_after_a_number_and_up_to_a_limit(world: World) -> None:
    current = LeaderBook(HYPERLIQUID, LEADER)
    for seq in range(1, 13):
        at = fill().time_ms + seq
        current = world.leaders.store_trade(
            replace(current, seq=seq), trade(seq=seq, time_ms=at), [fill(time_ms=at)]
        )

    found = world.leaders.trades_since(HYPERLIQUID, LEADER, 3, 7)

    assert [each.seq for each in found] == [4, 5, 6, 7, 8, 9, 10]


def test_a_number_that_no_table_holds_is_refused_before_anything_is_written(world: World) -> None:
    with pytest.raises(LimitExceededError) as refused:
        world.leaders.store_book(book(positions={"BTC": Decimal("1." + "3" * 38)}))

    assert refused.value.code == "NUMBER_TOO_WIDE"
    assert world.leaders.leader_book(HYPERLIQUID, LEADER).version == 0


def test_a_leader_without_follows_has_no_shards(world: World) -> None:
    shard = world.leaders.follow_shard(HYPERLIQUID, LEADER, 0)

    assert (shard.follows, shard.shards) == ((), 0)


def test_follows_that_may_hold_something_stand_in_their_shard_and_others_do_not(
    world: World,
) -> None:
    for number, status in enumerate(FollowStatus):
        created(world, f"follow-{number}", status=status)

    shard = world.leaders.follow_shard(HYPERLIQUID, LEADER, 0)

    names = [entry.follow_id for entry in shard.follows]
    assert names == ["follow-1", "follow-2", "follow-3"]
    assert (shard.follows[0].wallet_id, shard.shards) == ("wallet of follow-1", 1)


def test_watched_are_the_leaders_and_wallets_of_follows_that_receive_trades(world: World) -> None:
    created(world, "a")
    created(world, "b", status=FollowStatus.PAUSED)
    created(world, "c", status=FollowStatus.INACTIVE)
    created(world, "d", leader="0xother")
    created(world, "e", venue="elsewhere")

    watched = world.leaders.watched(HYPERLIQUID)
    assert watched.leaders == {LEADER: 2, "0xother": 1}
    assert watched.wallets == {
        "0xa": "wallet of a",
        "0xb": "wallet of b",
        "0xd": "wallet of d",
    }
