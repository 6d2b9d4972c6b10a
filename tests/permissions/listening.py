"""What leader_listener's role is for."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from tests.permissions.cast import new_follower
from tests.permissions.dead_letters import keeps_failures
from tests.permissions.logs import leaves_a_log
from tests.permissions.queues import received, stopped
from tests.permissions.reconciling import QUEUE
from understudy.adapters.aws import keys
from understudy.adapters.aws.leases import DynamoLeases
from understudy.domain.markets import HYPERLIQUID
from understudy.messages import ReconcileWallet, encode

if TYPE_CHECKING:
    from tests.permissions.stage import Stage

LISTENER = "LeaderListenerFunction"
LEASE = f"leader_listener {HYPERLIQUID}"
DELAYED_SECONDS = 15
_numbers = count(1)


def a_run_takes_over_and_keeps_markets_and_marks(stage: Stage) -> None:
    follower, symbol = new_follower(stage), f"NEW{next(_numbers)}"
    stage.system.bench.command("markets", symbol=symbol, price="5")
    started_ms = stage.now_ms()

    take_over(stage)

    stage.wait("the new market is stored", lambda: _is_stored(stage, symbol))
    stage.wait("marks are written", lambda: stage.marked_at_ms() > started_ms)
    book = stage.leaders.leader_book
    stage.wait(
        "the leader's book is repaired",
        lambda: book(HYPERLIQUID, follower.leader).repaired_ms > started_ms,
    )


def a_followers_own_trade_marks_its_wallet(stage: Stage) -> None:
    follower, url = new_follower(stage), stage.queue(QUEUE.name)
    take_over(stage)
    began_ms = stage.now_ms()
    # Prices are asked for after trades, on the same connection: so trades are heard by then.
    stage.wait("marks are written", lambda: stage.marked_at_ms() > began_ms)
    asked = encode(ReconcileWallet(follower.state.follow.wallet_id, "traded"))

    with stopped(stage, QUEUE):
        follower.copy("0", "1", 1)
        taken = received(stage, url, asked, DELAYED_SECONDS)
        stage.client("sqs").delete_message(QueueUrl=url, ReceiptHandle=taken["ReceiptHandle"])


def take_over(stage: Stage) -> None:
    """End the listener that runs, and let another begin."""
    end_the_running(stage)
    stage.begin(LISTENER, {})
    await_listening(stage)


def end_the_running(stage: Stage) -> None:
    """End the listener that runs, with its lease."""
    stage.restart(LISTENER)
    table = stage.system.stack.stack.tables["ThrottleTable"]
    lease = keys.key(f"LEASE#{LEASE}", "LEASE")
    stage.client("dynamodb").delete_item(TableName=table, Key=lease)


def await_listening(stage: Stage) -> None:
    """Wait until somebody has the lease."""
    leases = DynamoLeases(stage.table("ThrottleTable"))
    stage.wait("a listener has the lease", lambda: leases.read(LEASE))


def a_run_that_fails_is_kept(stage: Stage) -> None:
    take_over(stage)
    keeps_failures(stage, "LeaderListenerDeadLetterQueue", lambda: end_the_running(stage))
    take_over(stage)


def its_log_is_written(stage: Stage) -> None:
    take_over(stage)
    leaves_a_log(stage, LISTENER, lambda: stage.invoke(LISTENER, {}))


def _is_stored(stage: Stage, symbol: str) -> bool:
    return stage.table("MarketTable").get(keys.market(HYPERLIQUID, symbol)) is not None


CHECKS = (
    its_log_is_written,
    a_run_takes_over_and_keeps_markets_and_marks,
    a_followers_own_trade_marks_its_wallet,
    a_run_that_fails_is_kept,
)
