"""A leader's fills become numbered trades once each, in whatever way they arrive."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from tests.fakes.builders import LEADER, limits
from tests.fakes.world import World
from tests.unit.workflows.comparing import begun_world, trades_of
from tests.unit.workflows.crashing import CrashError, Crashing, CrashPoint, every_crash
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.receipts import CopyStatus
from understudy.domain.trades import Fill, TradeKind
from understudy.messages import LaneCommand, LeaderFills
from understudy.workflows.leader_sync import sync_leader
from understudy.workflows.watching.fanning_out import FanOutPorts
from understudy.workflows.watching.numbering import SyncPorts


def _fills(world: World, *sizes: str) -> list[Fill]:
    """Let the leader trade in one millisecond; what the stream shows has no start position."""
    fills = [world.venue.trade(LEADER, "BTC", size) for size in sizes]
    return [replace(fill, start_position=None) for fill in fills]


def _sync(world: World, *fills: Fill, after_gap: bool = False) -> None:
    message = LeaderFills(HYPERLIQUID, LEADER, fills, after_gap)
    sync_leader(world.sync_ports, [message])


def _commands(world: World) -> list[LaneCommand]:
    return world.queues.lanes.take(1000)


def test_a_fill_that_comes_again_changes_nothing() -> None:
    world, _ = begun_world()
    (fill,) = _fills(world, "5")

    _sync(world, fill, fill)
    _sync(world, fill)

    (trade,) = trades_of(world)
    assert (trade.seq, trade.size, trade.fill_count) == (1, 5, 1)
    assert len(_commands(world)) == 1


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_fills_in_any_order_give_the_same_trade(order: tuple[int, ...]) -> None:
    world, _ = begun_world()
    fills = _fills(world, "1", "2", "3")

    _sync(world, *(fills[place] for place in order))

    (trade,) = trades_of(world)
    assert (trade.n, trade.size, trade.end_position) == (0, 6, 6)


def test_a_late_fill_starts_a_trade_of_its_own() -> None:
    world, _ = begun_world()
    first, second, late = _fills(world, "1", "2", "3")
    _sync(world, first, second)

    _sync(world, late)
    _sync(world, first, late, second)

    trades = trades_of(world)
    assert [(trade.n, trade.seq, trade.size) for trade in trades] == [(0, 1, 3), (1, 2, 3)]
    assert trades[1].start_position == 3


def test_a_late_fill_is_copied_beside_the_trade_it_belongs_to() -> None:
    world, follow = begun_world()
    first, late = _fills(world, "1", "2")

    _sync(world, first)
    _sync(world, late)
    world.pump()

    assert [receipt.status for receipt in world.receipts(follow)] == [CopyStatus.DONE] * 2
    assert world.held_at_venue(follow) == 3


def test_more_fills_than_a_transaction_holds_are_one_trade() -> None:
    world, _ = begun_world()

    _sync(world, *_fills(world, *["0.5"] * 250))

    (trade,) = trades_of(world)
    assert (trade.fill_count, trade.size) == (250, 125)


def test_a_lost_fill_is_found_at_the_venue_after_a_gap() -> None:
    world, follow = begun_world()
    _fills(world, "5")

    _sync(world, after_gap=True)
    world.pump()

    assert world.held_at_venue(follow) == 5


def test_a_lost_fill_is_found_although_later_ones_were_seen() -> None:
    world, _ = begun_world()
    _fills(world, "5")
    world.clock.advance(90_000)
    _sync(world, *_fills(world, "2"))

    _sync(world, after_gap=True)

    assert sorted(trade.size for trade in trades_of(world)) == [2, 5]


def test_a_repair_finds_nothing_new_and_sends_nothing() -> None:
    world, _ = begun_world()
    _sync(world, *_fills(world, "5"))
    _commands(world)

    _sync(world, after_gap=True)

    assert len(trades_of(world)) == 1
    assert _commands(world) == []


def test_the_hot_path_asks_the_venue_nothing() -> None:
    world, _ = begun_world()
    fills = _fills(world, "5")
    world.venue.is_down = True

    _sync(world, *fills)

    assert len(trades_of(world)) == 1


def test_a_leader_in_position_begins_with_it() -> None:
    world = World()
    world.follow(limits())
    world.venue.trade(LEADER, "BTC", "5")
    world.begin()

    _sync(world, *_fills(world, "-2"))

    (trade,) = trades_of(world)
    assert (trade.kind, trade.start_position) == (TradeKind.REDUCE, 5)


def test_what_happened_before_the_book_began_is_no_trade() -> None:
    world = World()
    (old,) = _fills(world, "5")

    _sync(world, old)

    assert trades_of(world) == []
    assert world.leaders.leader_book(HYPERLIQUID, LEADER).positions == {"BTC": 5}


def test_the_venue_s_start_position_outdoes_our_record() -> None:
    world, _ = begun_world()
    _fills(world, "5")
    (seen,) = [world.venue.trade(LEADER, "BTC", "-5")]

    _sync(world, seen)

    (trade,) = trades_of(world)
    assert (trade.start_position, trade.kind) == (5, TradeKind.CLOSE)


def test_a_worker_that_dies_before_the_fan_out_is_made_up_for() -> None:
    world, follow = begun_world()
    fills = _fills(world, "5")
    dying = Crashing(world.queues, CrashPoint(at=1))
    fan_out = FanOutPorts(world.leaders, dying, world.clock)

    message = LeaderFills(HYPERLIQUID, LEADER, tuple(fills))
    with pytest.raises(CrashError):
        sync_leader(SyncPorts(fan_out, world.markets, world.copying.venues), [message])
    _sync(world, *fills)
    world.pump()

    assert len(trades_of(world)) == 1
    assert world.held_at_venue(follow) == 5


def _sync_twice(world: World, point: CrashPoint) -> None:
    """Have two trades numbered by a worker that may die, and by the next one."""
    fills = [*_fills(world, "5"), *_fills(world, "-2")]
    store = Crashing(world.leaders, point)
    fan_out = FanOutPorts(store, Crashing(world.queues, point), world.clock)
    ports = SyncPorts(fan_out, world.markets, world.copying.venues)
    message = LeaderFills(HYPERLIQUID, LEADER, tuple(fills))
    for _ in range(2):
        with suppress(CrashError):
            sync_leader(ports, [message])


def _calls_of_a_sync() -> int:
    point = CrashPoint()
    _sync_twice(begun_world()[0], point)
    return point.calls


@pytest.mark.parametrize(("at", "after"), every_crash(_calls_of_a_sync()))
def test_a_worker_that_dies_at_any_call_stores_and_sends_each_trade_once(
    at: int, *, after: bool
) -> None:
    world, follow = begun_world()

    _sync_twice(world, CrashPoint(at, after))
    world.pump()

    assert [(trade.seq, trade.size) for trade in trades_of(world)] == [(1, 5), (2, 2)]
    assert world.held_at_venue(follow) == 3
    assert world.orders_at_venue(follow) == 2


def test_two_workers_with_the_same_fills_store_one_trade() -> None:
    world, _ = begun_world()
    fills = _fills(world, "5")
    world.leaders.store_trade = _late(world, fills)  # type: ignore[method-assign]  # the fake, interrupted

    _sync(world, *fills)

    assert len(trades_of(world)) == 1
    assert len(_commands(world)) == 1


def _late(world: World, fills: list[Fill]) -> Any:
    """Let another worker be faster with the same fills."""
    store = type(world.leaders).store_trade.__get__(world.leaders)

    def slow(*arguments: object) -> object:
        world.leaders.store_trade = store  # type: ignore[method-assign]  # the fake, interrupted
        _sync(world, *fills)
        return store(*arguments)

    return slow
