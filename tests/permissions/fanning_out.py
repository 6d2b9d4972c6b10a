"""What fill_fan_out's role is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.permissions.cast import new_follower
from tests.permissions.logs import leaves_a_log
from tests.permissions.queues import FedQueue, consumes, gives_back_soon
from understudy.messages import FillFanOut

if TYPE_CHECKING:
    from tests.permissions.stage import Stage

FAN_OUT = "FillFanOutFunction"
QUEUE = FedQueue("FillFanOutQueue", FAN_OUT)


def a_trade_goes_to_the_lanes_of_every_shard(stage: Stage) -> None:
    follower = new_follower(stage)
    trade = follower.trade("0", "1", 1)

    stage.deliver(FAN_OUT, FillFanOut(trade, 0), FillFanOut(trade, 1))

    receipts = stage.copies.receipt
    stage.wait("the trade is copied", lambda: receipts(follower.follow_id, 1))


def its_queue_is_worked_through(stage: Stage) -> None:
    follower = new_follower(stage)
    consumes(stage, QUEUE, FillFanOut(follower.trade("0", "1", 1), 0))


def what_failed_comes_again_soon(stage: Stage) -> None:
    gives_back_soon(stage, QUEUE)


def its_log_is_written(stage: Stage) -> None:
    leaves_a_log(stage, FAN_OUT, lambda: stage.invoke(FAN_OUT, {"Records": []}))


CHECKS = (
    its_log_is_written,
    a_trade_goes_to_the_lanes_of_every_shard,
    its_queue_is_worked_through,
    what_failed_comes_again_soon,
)
