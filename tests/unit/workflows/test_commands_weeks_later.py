"""A command that is redriven weeks later does what is right then, whatever it said."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.fakes.builders import LEADER
from tests.fakes.world import World, following
from understudy.domain.follows import Follow, FollowStatus
from understudy.domain.ids import FollowId
from understudy.domain.limits import CopyMode, OnStop
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.reasons import Reason
from understudy.domain.receipts import CopyStatus
from understudy.domain.trades import Fill
from understudy.messages import (
    CLOSE_NOW,
    CheckLeader,
    Converge,
    FillFanOut,
    LaneCommand,
    LeaderFills,
)
from understudy.workflows.fill_fan_out import fan_out_shard
from understudy.workflows.leader_sync import sync_leader

WEEKS_MS = 3 * 7 * 24 * 60 * 60 * 1000


def _world(**changes: Any) -> tuple[World, FollowId]:
    return following(budget=100_000, **changes)


def _lost(world: World, symbol: str, size: str, price: str | None = None) -> list[LaneCommand]:
    """Let the leader trade; the lane's commands go to the dead letters."""
    world.leader_trades(symbol, size, price)
    world.sync()
    return world.queues.lanes.take()


def _weeks_pass(world: World) -> None:
    world.clock.advance(WEEKS_MS)
    world.price("BTC", str(world.markets.marks(HYPERLIQUID).prices["BTC"]))


def _redrive(world: World, commands: list[LaneCommand]) -> None:
    world.run_lane(commands)
    world.pump()
    assert not world.failed


def _follow(world: World, follow: FollowId) -> Follow:
    return world.table.follows[follow]


def test_an_entry_redriven_weeks_later_is_stale() -> None:
    world, follow = _world()
    commands = _lost(world, "BTC", "5")
    _weeks_pass(world)

    _redrive(world, commands)

    (receipt,) = world.receipts(follow)
    assert (receipt.status, receipt.reason) == (CopyStatus.SKIPPED, Reason.STALE)
    assert world.orders_at_venue(follow) == 0


def test_a_trade_redriven_weeks_later_behind_a_newer_one_is_superseded() -> None:
    world, follow = _world()
    world.copy("BTC", "5")
    commands = _lost(world, "BTC", "-5")
    world.copy("BTC", "3")
    held, orders = world.held_at_venue(follow), world.orders_at_venue(follow)
    _weeks_pass(world)

    _redrive(world, commands)

    assert world.receipts(follow)[1].reason is Reason.SUPERSEDED
    assert (world.held_at_venue(follow), world.orders_at_venue(follow)) == (held, orders)


def test_an_exit_redriven_weeks_later_closes_what_is_still_held() -> None:
    world, follow = _world()
    world.copy("BTC", "5")
    commands = _lost(world, "BTC", "-5")
    _weeks_pass(world)

    _redrive(world, commands)
    _redrive(world, commands)

    assert world.held_at_venue(follow) == 0
    assert world.orders_at_venue(follow) == 2


def test_a_trade_redriven_after_the_follow_was_started_anew_is_none_of_its_own() -> None:
    world, follow = _world()
    world.copy("BTC", "5")
    commands = _lost(world, "BTC", "-5")
    _weeks_pass(world)
    again = replace(_follow(world, follow), start_seq=2, started_at_ms=world.clock.now_ms())
    world.directory.replace(again)

    _redrive(world, commands)

    assert [each.seq for each in world.receipts(follow)] == [1]
    assert world.orders_at_venue(follow) == 1


def test_a_trade_done_before_is_not_done_again_weeks_later() -> None:
    world, follow = _world()
    commands = _lost(world, "BTC", "5")
    _redrive(world, commands)
    _weeks_pass(world)

    _redrive(world, commands)

    assert world.orders_at_venue(follow) == 1
    assert len(world.receipts(follow)) == 1


@pytest.mark.parametrize("cause", [CopyMode.THROTTLED.value, CopyMode.SAFE_POLL.value])
def test_a_window_that_ends_weeks_later_enters_nothing(cause: str) -> None:
    world, follow = _world(mode=CopyMode.THROTTLED)
    commands = _lost(world, "BTC", "5")
    world.run_lane(commands)
    assert world.ledger(follow).wanted_more == 5
    world.queues.reconcile.take()
    _weeks_pass(world)
    world.queues.reconcile.take()

    _redrive(world, [_converge(world, follow, cause)])

    assert world.orders_at_venue(follow) == 0
    assert world.ledger(follow).target == 0


def test_a_carried_trade_redriven_weeks_later_enters_nothing() -> None:
    world, follow = _world(mode=CopyMode.THROTTLED)
    commands = _lost(world, "BTC", "5")
    world.run_lane(commands)
    _weeks_pass(world)
    world.queues.reconcile.take()

    _redrive(world, commands)
    world.pass_time(3)

    assert world.orders_at_venue(follow) == 0


def test_a_convergence_redriven_weeks_later_goes_to_the_newest_target() -> None:
    world, follow = _world()
    world.copy("BTC", "5")
    old = _converge(world, follow, "reconcile")
    world.copy("BTC", "-5")
    world.copy("BTC", "3")
    _weeks_pass(world)

    _redrive(world, [old])

    assert world.held_at_venue(follow) == 3


def test_a_close_of_a_stop_redriven_after_a_new_start_closes_nothing() -> None:
    world, follow = _world(on_stop=OnStop.CLOSE_NOW)
    world.copy("BTC", "5")
    old = _converge(world, follow, CLOSE_NOW)
    _weeks_pass(world)

    _redrive(world, [old])

    assert (world.held_at_venue(follow), world.ledger(follow).target) == (5, 5)


def test_a_close_of_a_stop_is_still_done_weeks_later_while_the_follow_is_stopped() -> None:
    world, follow = _world(on_stop=OnStop.CLOSE_NOW)
    world.copy("BTC", "5")
    world.directory.replace(replace(_follow(world, follow), status=FollowStatus.PAUSED))
    old = _converge(world, follow, CLOSE_NOW)
    _weeks_pass(world)

    _redrive(world, [old])

    assert world.held_at_venue(follow) == 0


@pytest.mark.parametrize("by_convergence", [True, False])
def test_what_a_deleted_follow_left_to_its_owner_is_not_closed_weeks_later(
    by_convergence: bool,  # noqa: FBT001  # a case
) -> None:
    world, follow = _world(on_stop=OnStop.KEEP)
    world.copy("BTC", "5")
    world.price("BTC", "100", depth="0")
    commands = _lost(world, "BTC", "-5")
    world.run_lane(commands)
    world.queues.reconcile.take()
    world.directory.replace(replace(_follow(world, follow), status=FollowStatus.DELETED))
    _weeks_pass(world)
    world.queues.reconcile.take()

    _redrive(world, [_converge(world, follow, "open exit")] if by_convergence else commands)

    assert world.held_at_venue(follow) == 5


def test_a_shards_message_redriven_weeks_later_trades_nothing() -> None:
    world, follow = _world()
    world.copy("BTC", "5")
    (trade,) = world.leaders.trades_since(HYPERLIQUID, LEADER, 0, 10)
    world.copy("BTC", "-5")
    _weeks_pass(world)

    fan_out_shard(world.sync_ports.fan_out, FillFanOut(trade, 0))
    world.pump()

    assert world.orders_at_venue(follow) == 2
    assert [receipt.seq for receipt in world.receipts(follow)] == [1, 2]


def test_fills_redriven_weeks_later_get_no_new_number() -> None:
    world, follow = _world()
    fill = world.leader_trades("BTC", "5")
    world.pump()
    world.copy("BTC", "2")
    _weeks_pass(world)

    _sync(world, fill)
    world.pump()

    assert [each.seq for each in world.leaders.trades_since(HYPERLIQUID, LEADER, 0, 10)] == [1, 2]
    assert world.orders_at_venue(follow) == 2


def test_fills_redriven_after_a_correction_stood_for_them_move_the_book_no_more() -> None:
    world, follow = _world()
    world.copy("BTC", "10")
    lost = world.leader_trades("BTC", "-5")
    world.queues.leader_sync.take()
    _forget_fills(world)
    for _ in range(3):
        _check_leader(world)
    assert (_booked(world), world.held_at_venue(follow)) == (5, 5)
    _weeks_pass(world)
    numbered = len(world.leaders.trades_since(HYPERLIQUID, LEADER, 0, 10))

    _sync(world, lost)
    world.pump()

    assert (_booked(world), world.held_at_venue(follow)) == (5, 5)
    assert len(world.leaders.trades_since(HYPERLIQUID, LEADER, 0, 10)) == numbered


def _converge(world: World, follow: FollowId, cause: str) -> Converge:
    wallet = _follow(world, follow).wallet_id
    return Converge(follow, wallet, "BTC", cause, world.clock.now_ms())


def _sync(world: World, *fills: Fill) -> None:
    sync_leader(world.sync_ports, [LeaderFills(HYPERLIQUID, LEADER, fills)])


def _booked(world: World) -> Decimal:
    return world.leaders.leader_book(HYPERLIQUID, LEADER).positions.get("BTC", Decimal(0))


def _forget_fills(world: World) -> None:
    """Let the venue list the leader's last fill no more."""
    world.venue.books.account(LEADER).fills.pop()


def _check_leader(world: World) -> None:
    world.clock.advance(60_000)
    world.price("BTC", "100")
    world.queues.to_reconcile(CheckLeader(HYPERLIQUID, LEADER))
    world.pump()
