"""Deletes an account in an order that can be gone on with after every step.

Follows end first, then agents lose their keys, then copying forgets, then the user is erased with
every way in at once. What cannot be done while its user waits, `account_erasure` goes on with. The
audit keeps its rows, which name the user by an opaque id only.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

from understudy.domain.agents import DAY_MS, AgentStatus
from understudy.domain.audit import AuditEntry
from understudy.domain.errors import ConflictError, InvalidInputError, NotFoundError
from understudy.domain.follows import Follow, FollowStatus
from understudy.domain.ids import FollowId
from understudy.domain.limits import OnStop
from understudy.domain.replacing import replace
from understudy.ports.accounts import AccountStore, CopyRecords
from understudy.ports.audit import AuditTrail
from understudy.ports.clock import Clock
from understudy.ports.identity import AccessClaims, IdentityStore
from understudy.workflows.requests.agents import Agents
from understudy.workflows.requests.follow_lifecycle import FollowLifecycle
from understudy.workflows.requests.holds import Holds
from understudy.workflows.requests.standings import Standings
from understudy.workflows.requests.wallets import person

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from understudy.domain.identity import User
    from understudy.domain.ids import UserId
    from understudy.ports.copying import FollowState

RECORDS_AT_ONCE = 5_000
PATIENCE_MS = 15_000
# Until then the request that asks for a deletion has done what it can.
GOES_ON_AFTER_MS = 600_000
# The law gives a month: what could not be closed by then is its owner's own from then on.
CLOSES_FOR_MS = 28 * DAY_MS


class DeletionStatus(StrEnum):
    """How far a deletion is; until DELETED it goes on by itself, or sooner when asked again."""

    CLOSING = "CLOSING"  # positions are being closed
    ERASING = "ERASING"
    DELETED = "DELETED"


class DeletionEvent(StrEnum):
    """What the audit keeps of a deletion."""

    ACCOUNT_CLOSING = "ACCOUNT_CLOSING"
    ACCOUNT_DELETED = "ACCOUNT_DELETED"


@dataclass(frozen=True, slots=True)
class DeletionView:
    """What is left to do."""

    status: DeletionStatus
    open_follows: tuple[FollowId, ...] = ()


@dataclass(frozen=True, slots=True)
class AccountDeletion:
    """Takes a user out of everything."""

    identity: IdentityStore
    accounts: AccountStore
    records: CopyRecords
    lifecycle: FollowLifecycle
    agents: Agents
    standings: Standings
    holds: Holds
    audit: AuditTrail
    clock: Clock

    def confirmed(self, claims: AccessClaims, address: str, on_stop: OnStop) -> DeletionView:
        """Delete the caller, who names the wallet that they are signed in with, to be sure.

        Raises InvalidInputError for another wallet.
        """
        if address.lower() != claims.wallet_address:
            raise InvalidInputError(
                "to delete your account, name the wallet that you are signed in with",
                code="NOT_CONFIRMED",
            )
        return self.delete(claims.app_user_id, on_stop)

    def delete(self, user_id: UserId, on_stop: OnStop) -> DeletionView:
        """Do as much of a deletion as can be done now; `on_stop` is for what is held still.

        Nothing new begins from the first step on. Raises NotAllowedError when the user is gone,
        ConflictError when an operator had stopped them before they asked for the first time.
        """
        self._close(person(self.identity, user_id).user, on_stop)
        return self._erased(user_id, on_stop)

    def go_on(self, user: User) -> DeletionView:
        """Do as much as can be done now of a deletion that its user has asked for.

        Positions that could not be closed for four weeks are kept. Raises ConflictError for who has
        not asked.
        """
        on_stop = user.closing_on_stop
        if on_stop is None:
            raise ConflictError("this user has not asked to be deleted", code="NOT_CLOSING")
        if self.clock.now_ms() - user.closing_since_ms >= CLOSES_FOR_MS:
            on_stop = OnStop.KEEP
        return self._erased(user.user_id, on_stop)

    def finish(self, user_id: UserId) -> DeletionView:
        """Remove what there is of a user who is gone: what came while an erasure died, or since.

        Only a restored table brings follows back.
        """
        return self._carried_out(user_id, OnStop.KEEP, lambda: self.accounts.clear(user_id))

    def _erased(self, user_id: UserId, on_stop: OnStop) -> DeletionView:
        def erase() -> None:
            entry = self._entry(DeletionEvent.ACCOUNT_DELETED, user_id, on_stop)
            self.accounts.erase(user_id, entry)

        return self._carried_out(user_id, on_stop, erase)

    def _carried_out(
        self, user_id: UserId, on_stop: OnStop, last: Callable[[], None]
    ) -> DeletionView:
        open_follows = self._end_follows(user_id, on_stop)
        if open_follows:
            return DeletionView(DeletionStatus.CLOSING, tuple(open_follows))
        self._revoke_agents(user_id)
        if not self._erase_records(user_id):
            return DeletionView(DeletionStatus.ERASING)
        last()
        self.standings.forget_all()
        return DeletionView(DeletionStatus.DELETED)

    def _close(self, user: User, on_stop: OnStop) -> None:
        if not user.closing_since_ms:
            self.holds.refuse_held(user.user_id)
            # First, for nobody asks again: it may be there twice, never not.
            self.audit.append(self._entry(DeletionEvent.ACCOUNT_CLOSING, user.user_id, on_stop))
        if user.closing_on_stop is not on_stop:
            now_ms = self.clock.now_ms()
            self.accounts.begin_closing(user.user_id, now_ms, on_stop, now_ms + GOES_ON_AFTER_MS)
            self.standings.forget_all()

    def _end_follows(self, user_id: UserId, on_stop: OnStop) -> Sequence[FollowId]:
        own, stopping = self.lifecycle.own, partial(_stopping, on_stop=on_stop)
        ended = []
        for follow in own.directory.of_user(user_id):
            with suppress(NotFoundError):  # it has come to its end meanwhile
                own.change(user_id, follow.follow_id, stopping)
                ended.append(self.lifecycle.delete(user_id, follow.follow_id))
        return [each.follow_id for each in ended if each.status is not FollowStatus.DELETED]

    def _revoke_agents(self, user_id: UserId) -> None:
        for agent in self.agents.of_user(user_id):
            if agent.status is not AgentStatus.REVOKED:
                self.agents.revoke(user_id, agent.agent_id)

    def _erase_records(self, user_id: UserId) -> bool:
        until_ms = self.clock.now_ms() + PATIENCE_MS
        for follow in self.lifecycle.own.directory.ever_of_user(user_id):
            self.records.erase_wallet(follow.wallet_id)
            while not self.records.erase_follow(follow, RECORDS_AT_ONCE):
                if self.clock.now_ms() >= until_ms:
                    return False
        for wallet in self.identity.wallets(user_id):
            self.records.erase_wallet(wallet.wallet_id)
        return True

    def _entry(self, event: DeletionEvent, user_id: UserId, on_stop: OnStop) -> AuditEntry:
        return AuditEntry(event, user_id, self.clock.now_ms(), {"positions": on_stop})


def _stopping(state: FollowState, on_stop: OnStop) -> Follow:
    limits = replace(state.follow.limits, on_stop=on_stop)
    return replace(state.follow, limits=limits)
