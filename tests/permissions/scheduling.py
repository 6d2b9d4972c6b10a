"""What the schedules' roles are for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.permissions.cast import Follower, new_follower
from tests.permissions.listening import await_listening, end_the_running

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


def _read_at_ms(follower: Follower) -> int:
    account = follower.user.stage.copies.account(follower.state.follow.wallet_id)
    return account.read_at_ms if account else 0


OF_THE_LISTENER = (the_listener_is_started,)
OF_RECONCILE = (every_wallet_is_reconciled,)
CHECKS = OF_THE_LISTENER + OF_RECONCILE
