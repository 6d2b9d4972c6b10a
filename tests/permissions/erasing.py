"""What the roles of account_erasure and of its schedule are for."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.permissions.auditing import books
from tests.permissions.cast import SYMBOL, new_follower
from tests.permissions.dead_letters import (
    LONG_AGO_MS,
    keeps_failures,
    keeps_what_cannot_start,
    unreadable,
)
from tests.permissions.logs import leaves_a_log
from understudy.adapters.aws import identity_keys
from understudy.adapters.aws.account_store import DynamoAccountStore
from understudy.domain.limits import OnStop
from understudy.ports.copying import Changes

if TYPE_CHECKING:
    from tests.permissions.stage import Stage
    from understudy.domain.ids import UserId

FUNCTION = "AccountErasureFunction"


def who_asked_once_is_erased_with_what_they_hold_kept(stage: Stage) -> None:
    follower = new_follower(stage)
    follower.copy("0", "1", 1)
    user_id, wallet_id = follower.state.follow.user_id, follower.state.follow.wallet_id
    have_asked(stage, user_id, OnStop.KEEP)

    stage.invoke(FUNCTION, {})

    assert left_of(stage, user_id, wallet_id, follower.user.key.address.lower()) == set()
    assert noted(stage, user_id) == [("ACCOUNT_DELETED", True)]


def what_is_held_is_closed_before_that(stage: Stage) -> None:
    follower = new_follower(stage)
    follower.copy("0", "1", 1)
    user_id = follower.state.follow.user_id
    have_asked(stage, user_id, OnStop.CLOSE_NOW)

    stage.invoke(FUNCTION, {})
    stage.wait("the position is closed", lambda: not follower.held)
    have_asked(stage, user_id, OnStop.CLOSE_NOW)
    stage.invoke(FUNCTION, {})

    assert left_of(stage, user_id) == set()


def an_exit_that_is_open_is_told_to_its_lane(stage: Stage) -> None:
    follower = new_follower(stage)
    follower.copy("0", "1", 1)
    user_id = follower.state.follow.user_id
    # Reconcile would close it as well: what is told has to be told for the user to go at all.
    wanted = replace(follower.state.ledgers[SYMBOL], target=Decimal(0))
    stage.copies.commit(Changes(ledger=wanted))
    have_asked(stage, user_id, OnStop.KEEP)

    stage.invoke(FUNCTION, {})

    assert left_of(stage, user_id) == set()


def a_run_that_fails_is_kept(stage: Stage) -> None:
    with unreadable(stage, identity_keys.PROFILE, due_as=identity_keys.CLOSING):
        keeps_failures(stage, "AccountErasureDeadLetterQueue", lambda: stage.begin(FUNCTION, {}))


def its_log_is_written(stage: Stage) -> None:
    leaves_a_log(stage, FUNCTION, lambda: stage.invoke(FUNCTION, {}))


def accounts_are_erased_by_the_schedule(stage: Stage) -> None:
    follower = new_follower(stage)
    user_id = follower.state.follow.user_id
    have_asked(stage, user_id, OnStop.KEEP)

    stage.system.stack.run_schedules()

    stage.wait("the user is gone", lambda: not left_of(stage, user_id))


def a_run_that_cannot_be_started_is_kept(stage: Stage) -> None:
    keeps_what_cannot_start(stage, f"{FUNCTION}EveryFiveMinutes", "AccountErasureDeadLetterQueue")


def have_asked(stage: Stage, user_id: UserId, on_stop: OnStop) -> None:
    """Have a user ask, in a request that dies at once, so long ago that they are due."""
    no_trail: Any = None
    accounts = DynamoAccountStore(stage.table("IdentityTable"), no_trail)
    accounts.begin_closing(user_id, stage.now_ms(), on_stop, LONG_AGO_MS)


def left_of(stage: Stage, *names: str) -> set[str]:
    """Give which of these names stand somewhere in the tables of people and of copying."""
    tables = [stage.table(name) for name in ("IdentityTable", "CopyingTable")]
    pages = [
        page
        for table in tables
        for page in table.client.get_paginator("scan").paginate(TableName=table.name)
    ]
    said = json.dumps([page["Items"] for page in pages])
    return {name for name in names if name in said}


def noted(stage: Stage, user_id: UserId) -> list[tuple[object, bool]]:
    """Give what the audit has of an erasure, and whether account_erasure itself wrote it."""
    rows = books(stage).rows
    mine = [each for each in rows.rows() if each.partition == f"ACCOUNT_ERASURE#{user_id}"]
    return [(each.fields["event"], rows.is_genuine(each)) for each in mine]


OF_ERASURE = (
    its_log_is_written,
    who_asked_once_is_erased_with_what_they_hold_kept,
    what_is_held_is_closed_before_that,
    an_exit_that_is_open_is_told_to_its_lane,
    a_run_that_fails_is_kept,
)
OF_THE_SCHEDULE = (accounts_are_erased_by_the_schedule, a_run_that_cannot_be_started_is_kept)
