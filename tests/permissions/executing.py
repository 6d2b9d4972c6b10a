"""What follower_execute's role is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.permissions.cast import EXECUTE, Follower, new_follower
from tests.permissions.logs import leaves_a_log
from tests.permissions.queues import FedQueue, consumes, gives_back_soon
from understudy.domain.follows import FollowStatus
from understudy.domain.receipts import CopyStatus
from understudy.messages import FollowerExecute

if TYPE_CHECKING:
    from tests.permissions.stage import Stage

QUEUE = FedQueue("FollowerExecuteQueue", EXECUTE)


def an_open_and_a_close_are_copied(stage: Stage) -> None:
    follower = new_follower(stage)

    opened, closed = follower.copy("0", "1", 1), follower.copy("1", "0", 2)

    assert (opened.status, closed.status) == (CopyStatus.DONE, CopyStatus.DONE)
    assert not follower.held


def an_order_without_an_answer_is_left_to_reconcile_and_taken_up(stage: Stage) -> None:
    follower = new_follower(stage)
    account = follower.user.key.address
    fits = {"method": "exchange", "type": "order", "user": account}
    stage.system.bench.command("faults", kind="502", count=1, match=fits)
    trade = follower.trade("0", "1", 1)
    message = FollowerExecute(
        follower.follow_id, follower.state.follow.wallet_id, trade, stage.now_ms()
    )

    stage.deliver(EXECUTE, message)
    assert follower.state.ledgers["BTC"].pending
    stage.deliver(EXECUTE, message)

    assert follower.held


def a_loss_pauses_the_follow_and_closes_what_it_holds(stage: Stage) -> None:
    follower = new_follower(stage, on_stop="close_now")
    follower.copy("0", "2", 1)
    follower.lose("1000000")

    follower.copy("2", "1", 2)

    assert follower.state.follow.status is FollowStatus.PAUSED
    stage.wait("the rest is closed", lambda: not follower.held)


def its_queue_is_worked_through(stage: Stage) -> None:
    follower: Follower = new_follower(stage)
    wallet = follower.state.follow.wallet_id
    trade = follower.trade("0", "1", 1)
    consumes(stage, QUEUE, FollowerExecute(follower.follow_id, wallet, trade, stage.now_ms()))


def what_failed_comes_again_soon(stage: Stage) -> None:
    gives_back_soon(stage, QUEUE)


def its_log_is_written(stage: Stage) -> None:
    leaves_a_log(stage, EXECUTE, lambda: stage.invoke(EXECUTE, {"Records": []}))


CHECKS = (
    its_log_is_written,
    an_open_and_a_close_are_copied,
    an_order_without_an_answer_is_left_to_reconcile_and_taken_up,
    a_loss_pauses_the_follow_and_closes_what_it_holds,
    its_queue_is_worked_through,
    what_failed_comes_again_soon,
)
