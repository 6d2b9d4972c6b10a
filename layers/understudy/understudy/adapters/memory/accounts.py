"""`AccountStore` in memory, on what `InMemoryIdentityStore` holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from understudy.adapters.memory.identity import InMemoryIdentityStore
from understudy.domain.errors import NotFoundError
from understudy.domain.replacing import replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.domain.identity import ProviderIdentity, User
    from understudy.domain.ids import UserId


@dataclass(frozen=True, slots=True)
class InMemoryAccountStore:
    """Implements `AccountStore` under the lock of the identities."""

    identity: InMemoryIdentityStore

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

    def begin_closing(self, user_id: UserId, at_ms: int) -> None:
        """Note since when a user wants to be deleted; the first time stays."""
        with self.identity.lock:
            user = self._user(user_id)
            self._put(replace(user, closing_since_ms=user.closing_since_ms or at_ms))

    def identities(self, user_id: UserId) -> Sequence[ProviderIdentity]:
        """List whom providers know a user as."""
        with self.identity.lock:
            return [each for each in self.identity.identities.values() if each.user_id == user_id]

    def erase(self, user_id: UserId) -> None:
        """Remove a user with everything that is kept beside them."""
        kept = self.identity
        with kept.lock:
            kept.users.pop(user_id, None)
            kept.profiles.pop(user_id, None)
            for records in (
                kept.wallets_by_address,
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
