"""What follow_reconcile's role is for."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.permissions.books import leader_with_a_wrong_book
from tests.permissions.cast import (
    EXECUTE,
    SYMBOL,
    Follower,
    fill_of,
    follows_in_two_shards,
    new_follower,
)
from tests.permissions.dead_letters import keeps_failures
from tests.permissions.logs import leaves_a_log
from tests.permissions.queues import FedQueue, consumes, gives_back_soon
from understudy.domain.errors import ConflictError
from understudy.domain.follows import FollowStatus, Ledger
from understudy.domain.intents import IntentState
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.ownership import SymbolOwner
from understudy.messages import (
    CheckLeader,
    FollowerExecute,
    ReconcileWallet,
    ResolveIntent,
)
from understudy.ports.copying import Changes

if TYPE_CHECKING:
    from tests.permissions.stage import Stage
    from understudy.domain.intents import Intent

RECONCILE = "FollowReconcileFunction"
SYNC = "LeaderSyncFunction"
QUEUE = FedQueue("FollowReconcileQueue", RECONCILE)
LONG_MS = 120_000


def what_is_due_is_asked_for(stage: Stage) -> None:
    new_follower(stage)
    stage.invoke(RECONCILE, {})


def a_trade_without_a_receipt_is_sent_again(stage: Stage) -> None:
    follower = new_follower(stage)
    _store_old_trade(follower)

    _reconcile(follower)

    receipts = stage.copies.receipt
    stage.wait("the trade has its receipt", lambda: receipts(follower.follow_id, 1))


def a_position_that_is_gone_is_cleared(stage: Stage) -> None:
    follower = new_follower(stage)
    gone = Ledger(
        follower.follow_id,
        SYMBOL,
        target=Decimal(1),
        held=Decimal(1),
        entry_notional=Decimal(1),
        empty_since_ms=stage.now_ms() - LONG_MS,
    )
    owner = SymbolOwner(follower.state.follow.wallet_id, SYMBOL, follower.follow_id)
    stage.copies.commit(Changes(ledger=gone, owner_taken=owner))

    _reconcile(follower)

    assert not follower.held


def a_check_corrects_the_book_of_a_leader_with_many_follows(stage: Stage) -> None:
    leader = leader_with_a_wrong_book(stage)
    follows_in_two_shards(stage, leader)

    stage.deliver(RECONCILE, CheckLeader(HYPERLIQUID, leader))

    assert not stage.leaders.leader_book(HYPERLIQUID, leader).positions


def a_drawdown_pauses_the_follow(stage: Stage) -> None:
    follower = new_follower(stage)
    follower.lose("1000000")

    _reconcile(follower)

    assert follower.state.follow.status is FollowStatus.PAUSED


def an_equity_drawdown_is_measured_at_the_marks(stage: Stage) -> None:
    follower = new_follower(stage, drawdown_basis="equity")
    follower.lose("1000000")

    _reconcile(follower)
    _reconcile(follower)

    assert follower.state.follow.status is FollowStatus.PAUSED


def an_order_that_never_arrived_is_resolved(stage: Stage) -> None:
    follower = new_follower(stage)
    intent = _unanswered(follower)

    stage.deliver(RECONCILE, ResolveIntent(intent.intent_id, intent.follow_id))

    resolved = stage.copies.intent(intent.follow_id, intent.intent_id)
    assert resolved is not None
    assert resolved.state is IntentState.EXPIRED


def its_queue_is_worked_through(stage: Stage) -> None:
    follower = new_follower(stage)
    consumes(stage, QUEUE, ReconcileWallet(follower.state.follow.wallet_id))


def what_failed_comes_again_soon(stage: Stage) -> None:
    gives_back_soon(stage, QUEUE)


def a_run_that_fails_is_kept(stage: Stage) -> None:
    unreadable: dict[str, Any] = {"Records": [{}]}
    keeps_failures(
        stage, "FollowReconcileDeadLetterQueue", lambda: stage.begin(RECONCILE, unreadable)
    )


def its_log_is_written(stage: Stage) -> None:
    leaves_a_log(stage, RECONCILE, lambda: stage.invoke(RECONCILE, {"Records": []}))


def _reconcile(follower: Follower) -> None:
    follower.user.stage.deliver(RECONCILE, ReconcileWallet(follower.state.follow.wallet_id))


def _store_old_trade(follower: Follower) -> None:
    """Store a trade as if its message had been lost; the book moves while it is being begun."""
    stage = follower.user.stage
    trade = replace(follower.trade("0", "1", 1), stored_at_ms=stage.now_ms() - LONG_MS)

    def is_stored() -> bool:
        book = stage.leaders.leader_book(HYPERLIQUID, follower.leader)
        try:
            stage.leaders.store_trade(replace(book, seq=1), trade, [fill_of(trade)])
        except ConflictError:
            return False
        return True

    stage.wait("the trade is stored", is_stored)


def _unanswered(follower: Follower) -> Intent:
    """Leave an order behind that the venue never got, and let its time be over."""
    stage, account = follower.user.stage, follower.user.key.address
    fits = {"method": "exchange", "type": "order", "user": account}
    stage.system.bench.command("faults", kind="502", count=1, match=fits)
    trade = follower.trade("0", "1", 1)
    wallet = follower.state.follow.wallet_id
    stage.deliver(EXECUTE, FollowerExecute(follower.follow_id, wallet, trade, stage.now_ms()))
    (pending,) = follower.state.ledgers[SYMBOL].pending
    intent = stage.copies.intent(follower.follow_id, pending.intent_id)
    assert intent is not None
    over = replace(intent, expires_at_ms=stage.now_ms() - LONG_MS)
    return stage.copies.commit(Changes(intent=over)).intent or over


CHECKS = (
    its_log_is_written,
    what_is_due_is_asked_for,
    a_trade_without_a_receipt_is_sent_again,
    a_position_that_is_gone_is_cleared,
    a_check_corrects_the_book_of_a_leader_with_many_follows,
    a_drawdown_pauses_the_follow,
    an_equity_drawdown_is_measured_at_the_marks,
    an_order_that_never_arrived_is_resolved,
    its_queue_is_worked_through,
    what_failed_comes_again_soon,
    a_run_that_fails_is_kept,
)
