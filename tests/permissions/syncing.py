"""What leader_sync's role is for."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tests.permissions.books import SYNC, leader_with_a_wrong_book
from tests.permissions.cast import (
    a_trade,
    fill_of,
    follows_in_two_shards,
    new_address,
    new_follower,
)
from tests.permissions.logs import leaves_a_log
from tests.permissions.queues import FedQueue, consumes, gives_back_soon
from understudy.domain.markets import HYPERLIQUID
from understudy.messages import LeaderFills

if TYPE_CHECKING:
    from tests.permissions.stage import Stage

QUEUE = FedQueue("LeaderFillsQueue", SYNC)
OPENED = (Decimal(0), Decimal(1))


def a_book_is_begun_and_repaired(stage: Stage) -> None:
    leader = new_address()

    stage.deliver(SYNC, _repair_of(leader))

    assert stage.leaders.leader_book(HYPERLIQUID, leader).repaired_ms


def a_trade_goes_to_the_lanes_once(stage: Stage) -> None:
    follower = new_follower(stage)
    message = _fills(stage, follower.leader)

    stage.deliver(SYNC, message)
    stage.deliver(SYNC, message)

    assert stage.leaders.leader_book(HYPERLIQUID, follower.leader).seq == 1
    receipts = stage.copies.receipt
    stage.wait("the trade is copied", lambda: receipts(follower.follow_id, 1))


def a_trade_of_a_leader_with_many_follows_goes_to_the_shards(stage: Stage) -> None:
    follower = new_follower(stage)
    follows_in_two_shards(stage, follower.leader)

    stage.deliver(SYNC, _fills(stage, follower.leader))

    receipts = stage.copies.receipt
    stage.wait("the trade is copied", lambda: receipts(follower.follow_id, 1))


def a_repair_corrects_a_position_that_no_fill_explains(stage: Stage) -> None:
    leader = leader_with_a_wrong_book(stage)

    stage.deliver(SYNC, _repair_of(leader))

    assert not stage.leaders.leader_book(HYPERLIQUID, leader).positions


def its_queue_is_worked_through(stage: Stage) -> None:
    consumes(stage, QUEUE, _repair_of(new_address()))


def what_failed_comes_again_soon(stage: Stage) -> None:
    gives_back_soon(stage, QUEUE)


def its_log_is_written(stage: Stage) -> None:
    leaves_a_log(stage, SYNC, lambda: stage.invoke(SYNC, {"Records": []}))


def _repair_of(leader: str) -> LeaderFills:
    return LeaderFills(HYPERLIQUID, leader, (), after_gap=True)


def _fills(stage: Stage, leader: str) -> LeaderFills:
    """Give a fill that came after the book was begun."""
    stage.deliver(SYNC, _repair_of(leader))
    return LeaderFills(HYPERLIQUID, leader, (fill_of(a_trade(stage, leader, OPENED, 1)),))


CHECKS = (
    its_log_is_written,
    a_book_is_begun_and_repaired,
    a_trade_goes_to_the_lanes_once,
    a_trade_of_a_leader_with_many_follows_goes_to_the_shards,
    a_repair_corrects_a_position_that_no_fill_explains,
    its_queue_is_worked_through,
    what_failed_comes_again_soon,
)
