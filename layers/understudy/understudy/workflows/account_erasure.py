"""Goes on with deletions that their users asked for once, until each is done.

Who is due is put off before anything is done for them: a run that dies over one user has the next
run begin with the others.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from understudy.domain.agents import DAY_MS
from understudy.domain.errors import UnderstudyError
from understudy.domain.ids import UserId
from understudy.ports.accounts import ClosingAccounts
from understudy.ports.clock import Clock
from understudy.ports.identity import IdentityStore
from understudy.workflows.requests.account_deletion import (
    GOES_ON_AFTER_MS,
    AccountDeletion,
    DeletionStatus,
)

if TYPE_CHECKING:
    from understudy.domain.identity import User

MOST_AT_ONCE = 100
# After this a run begins with nobody else: the last one may take the deletion's own patience more.
BEGINS_WITHIN_MS = 30_000
# Three weeks before the law's month is over somebody is called.
OVERDUE_AFTER_MS = 7 * DAY_MS


@dataclass(frozen=True, slots=True)
class ErasurePorts:
    """What the workflow uses."""

    deletion: AccountDeletion
    identity: IdentityStore
    closings: ClosingAccounts
    clock: Clock


@dataclass(slots=True)
class Erasures:
    """What came of a run; who is `left` comes again, with the code of what was in the way.

    `overdue` has the days that those have waited who are not gone after a week.
    """

    done: int = 0
    left: dict[UserId, str] = field(default_factory=dict)
    overdue: dict[UserId, int] = field(default_factory=dict)


def erase_accounts(ports: ErasurePorts) -> Erasures:
    """Go on with each deletion that is due; one that fails comes again and holds up no other."""
    erasures, begun_at_ms = Erasures(), ports.clock.now_ms()
    for user_id in ports.closings.due_closings(begun_at_ms, MOST_AT_ONCE):
        now_ms = ports.clock.now_ms()
        if now_ms - begun_at_ms >= BEGINS_WITHIN_MS:
            break
        ports.closings.defer_closing(user_id, now_ms + GOES_ON_AFTER_MS)
        user = ports.identity.user(user_id)
        if user is not None:
            _go_on(ports, user, erasures)
        else:
            _finish(ports, user_id, erasures)
    return erasures


def _finish(ports: ErasurePorts, user_id: UserId, erasures: Erasures) -> None:
    """Clear away what somebody left who is gone; it is no deletion of its own."""
    try:
        status = ports.deletion.finish(user_id).status
    except UnderstudyError as error:
        erasures.left[user_id] = error.code
    else:
        if status is not DeletionStatus.DELETED:
            erasures.left[user_id] = status.value


def _go_on(ports: ErasurePorts, user: User, erasures: Erasures) -> None:
    try:
        status = ports.deletion.go_on(user).status
    except UnderstudyError as error:
        erasures.left[user.user_id] = error.code
    else:
        if status is DeletionStatus.DELETED:
            erasures.done += 1
            return
        erasures.left[user.user_id] = status.value
    waited_ms = ports.clock.now_ms() - user.closing_since_ms
    if waited_ms >= OVERDUE_AFTER_MS:
        erasures.overdue[user.user_id] = waited_ms // DAY_MS
