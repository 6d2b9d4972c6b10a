"""What the schedules' roles are for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.permissions.cast import Follower, new_follower
from tests.permissions.dead_letters import keeps_what_cannot_start
from tests.permissions.listening import LISTENER, await_listening, end_the_running
from tests.permissions.reconciling import RECONCILE

if TYPE_CHECKING:
    from tests.permissions.stage import Stage


def the_listener_is_started(stage: Stage) -> None:
    end_the_running(stage)

    stage.system.stack.run_schedules()

    await_listening(stage)


def every_wallet_is_reconciled(stage: Stage) -> None:
    follower = new_follower(stage)
    started_ms = stage.now_ms()

    stage.system.stack.run_schedules()

    stage.wait("the account is read", lambda: _read_at_ms(follower) > started_ms)


def a_listener_that_cannot_be_started_is_kept(stage: Stage) -> None:
    keeps_what_cannot_start(stage, f"{LISTENER}EveryMinute", "LeaderListenerDeadLetterQueue")


def a_reconciliation_that_cannot_be_started_is_kept(stage: Stage) -> None:
    keeps_what_cannot_start(stage, f"{RECONCILE}EveryMinute", "FollowReconcileDeadLetterQueue")


def _read_at_ms(follower: Follower) -> int:
    account = follower.user.stage.copies.account(follower.state.follow.wallet_id)
    return account.read_at_ms if account else 0


OF_THE_LISTENER = (the_listener_is_started, a_listener_that_cannot_be_started_is_kept)
OF_RECONCILE = (every_wallet_is_reconciled, a_reconciliation_that_cannot_be_started_is_kept)
CHECKS = OF_THE_LISTENER + OF_RECONCILE
