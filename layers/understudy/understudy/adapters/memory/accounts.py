"""Accounts in memory, on what `InMemoryIdentityStore` holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from understudy.adapters.memory.audit import InMemoryAuditTrail
from understudy.adapters.memory.identity import InMemoryIdentityStore
from understudy.domain.errors import NotFoundError
from understudy.domain.limits import OnStop
from understudy.domain.replacing import replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.domain.audit import AuditEntry
    from understudy.domain.identity import ProviderIdentity, User
    from understudy.domain.ids import UserId


@dataclass(frozen=True, slots=True)
class InMemoryAccountStore:
    """Implements `AccountStore` and `ClosingAccounts` under the lock of the identities."""

    identity: InMemoryIdentityStore
    audit: InMemoryAuditTrail = field(default_factory=InMemoryAuditTrail)

    def accept_terms(self, user_id: UserId, version: str, at_ms: int) -> None:
        """Note which terms a user has accepted, and when."""
        with self.identity.lock:
            user = self._user(user_id)
            self._put(replace(user, terms_version=version, terms_accepted_at_ms=at_ms))

    def flag(self, user_id: UserId, reason: str) -> None:
        """Flag a user for a reason; without a reason take the flag away."""
        with self.identity.lock:
            user = self._user(user_id)
            self._put(replace(user, is_flagged=bool(reason), flag_reason=reason))

    def begin_closing(self, user_id: UserId, at_ms: int, on_stop: OnStop, due_at_ms: int) -> None:
        """Note since when a user wants to be deleted, and how; from then on they are named."""
        with self.identity.lock:
            user = self._user(user_id)
            since_ms = user.closing_since_ms or at_ms
            self._put(replace(user, closing_since_ms=since_ms, closing_on_stop=on_stop))
            self.identity.closings[user_id] = due_at_ms

    def due_closings(self, until_ms: int, most: int) -> Sequence[UserId]:
        """Name users whose deletion is due, the longest due first."""
        with self.identity.lock:
            due = sorted((at_ms, user_id) for user_id, at_ms in self.identity.closings.items())
            return [user_id for at_ms, user_id in due if at_ms <= until_ms][:most]

    def close_again(self, user_id: UserId, at_ms: int) -> None:
        """Name somebody who was erased once."""
        with self.identity.lock:
            if user_id in self.identity.users:
                self.begin_closing(user_id, at_ms, OnStop.KEEP, at_ms)
            else:
                self.identity.closings[user_id] = at_ms

    def defer_closing(self, user_id: UserId, due_at_ms: int) -> None:
        """Name this user again at that time; nothing for who is gone."""
        with self.identity.lock:
            if user_id in self.identity.closings:
                self.identity.closings[user_id] = due_at_ms

    def identities(self, user_id: UserId) -> Sequence[ProviderIdentity]:
        """List whom providers know a user as."""
        with self.identity.lock:
            return [each for each in self.identity.identities.values() if each.user_id == user_id]

    def erase(self, user_id: UserId, entry: AuditEntry) -> None:
        """Remove a user with everything that is kept beside them, and keep the entry once."""
        kept = self.identity
        with kept.lock:
            if kept.users.pop(user_id, None) is not None:
                self.audit.append(entry)
            self.clear(user_id)

    def clear(self, user_id: UserId) -> None:
        """Remove what is left of a user who is gone."""
        kept = self.identity
        with kept.lock:
            if user_id in kept.users:
                return
            kept.closings.pop(user_id, None)
            kept.profiles.pop(user_id, None)
            for records in (
                kept.wallets_by_address,
                kept.removed,
                kept.identities,
                kept.sessions_by_id,
                kept.agents_by_id,
            ):
                _drop(records, user_id)

    def _user(self, user_id: UserId) -> User:
        user = self.identity.user(user_id)
        if user is None:
            raise NotFoundError("there is no such user", code="USER_NOT_FOUND")
        return user

    def _put(self, user: User) -> None:
        self.identity.users[user.user_id] = user


def _drop(records: dict[Any, Any], user_id: UserId) -> None:
    for name in [name for name, each in records.items() if each.user_id == user_id]:
        del records[name]
