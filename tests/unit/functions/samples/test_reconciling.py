"""The sample events of follow_reconcile go through its handler."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from functions.follow_reconcile import app as follow_reconcile
from tests.fakes.builders import LEADER
from tests.unit.functions.samples.reading import (
    FIRST,
    NOTHING_FAILED,
    sample,
    sizes_of_trades,
)
from understudy.domain.follows import FollowStatus
from understudy.domain.markets import HYPERLIQUID
from understudy.messages import Converge, FollowerExecute

if TYPE_CHECKING:
    from tests.fakes.world import World


def test_follow_reconcile_requests_a_sweep_on_its_schedule(world: World) -> None:
    answer = follow_reconcile.handler(sample("follow_reconcile", "schedule"), None)

    assert answer is None
    assert len(world.queues.reconcile) == 2


def test_follow_reconcile_sends_a_wallets_missing_trades_into_its_lane(world: World) -> None:
    world.leader_trades("BTC", "5")
    world.sync()
    lost = {command.follow_id for command in world.queues.lanes.take()}
    world.clock.advance(31_000)

    answer = follow_reconcile.handler(sample("follow_reconcile", "wallet"), None)

    assert answer == NOTHING_FAILED
    sent = [command.follow_id for command in world.queues.lanes.take()]
    assert (lost, sent) == ({"follow-1", "follow-2"}, ["follow-1"])


def test_follow_reconcile_wakes_a_lane(world: World) -> None:
    answer = follow_reconcile.handler(sample("follow_reconcile", "wake_a_lane"), None)

    assert answer == NOTHING_FAILED
    (command,) = world.queues.lanes.take()
    assert isinstance(command, Converge)
    assert (command.follow_id, command.symbol, command.cause) == ("follow-1", "BTC", "throttled")


def test_follow_reconcile_learns_a_leverage(world: World) -> None:
    world.leader_uses("BTC", 7)
    world.venue.trade(LEADER, "BTC", "5")

    answer = follow_reconcile.handler(sample("follow_reconcile", "learn_leverage"), None)

    assert answer == NOTHING_FAILED
    account = world.leaders.leader_book(HYPERLIQUID, LEADER).account
    assert account is not None
    assert account.leverages == {"BTC": 7}


def test_follow_reconcile_sends_an_ended_follow_the_trades_that_have_no_receipt(
    world: World,
) -> None:
    world.leader_trades("BTC", "5")
    world.sync()
    world.queues.lanes.take()
    ended = replace(world.table.follows[FIRST], status=FollowStatus.DELETED, end_seq=1)
    world.directory.replace(ended)
    world.clock.advance(31_000)

    answer = follow_reconcile.handler(sample("follow_reconcile", "close_gaps"), None)

    assert answer == NOTHING_FAILED
    (command,) = world.queues.lanes.take()
    assert isinstance(command, FollowerExecute)
    assert (command.follow_id, command.trade.seq) == ("follow-1", 1)


def test_follow_reconcile_checks_a_leader(world: World) -> None:
    world.venue.trade(LEADER, "BTC", "5")

    answer = follow_reconcile.handler(sample("follow_reconcile", "check_leader"), None)

    assert answer == NOTHING_FAILED
    assert sizes_of_trades(world) == [5]
