"""A user's account as a whole: terms, flag, and its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.domain.audit import AuditEntry
    from understudy.domain.follows import Follow
    from understudy.domain.identity import ProviderIdentity
    from understudy.domain.ids import UserId, WalletId
    from understudy.domain.limits import OnStop


class AccountStore(Protocol):
    """Changes of an account, none of which touches what else is being changed.

    Each but `erase` and `clear` raises NotFoundError when there is no such user.
    """

    def accept_terms(self, user_id: UserId, version: str, at_ms: int) -> None:
        """Note which terms a user has accepted, and when."""
        ...

    def flag(self, user_id: UserId, reason: str) -> None:
        """Flag a user for a reason; without a reason take the flag away."""
        ...

    def begin_closing(self, user_id: UserId, at_ms: int, on_stop: OnStop, due_at_ms: int) -> None:
        """Note since when a user wants to be deleted, and what becomes of what they hold.

        The first time stays, and the newest wish; `ClosingAccounts` names the user from
        `due_at_ms` on.
        """
        ...

    def identities(self, user_id: UserId) -> Sequence[ProviderIdentity]:
        """List whom providers know a user as; empty for nobody."""
        ...

    def clear(self, user_id: UserId) -> None:
        """Remove what was added while a user went; nothing of one who is there."""
        ...

    def erase(self, user_id: UserId, entry: AuditEntry) -> None:
        """Remove a user with everything that is kept beside them, again if need be.

        Until the very last write the user can sign in, and that very write keeps the audit's entry
        of it: whoever else erases this user, there is one. Who dies after it leaves a user who is
        named until `clear`. Raises ConflictError when something is being changed meanwhile.
        """
        ...


class ClosingAccounts(Protocol):
    """Finds users who want to be deleted, and those of whom something may be left."""

    def due_closings(self, until_ms: int, most: int) -> Sequence[UserId]:
        """Name users whose deletion has to be gone on with by then, the longest due first.

        One who has just asked may be missing, and one who is gone may still be named.
        """
        ...

    def close_again(self, user_id: UserId, at_ms: int) -> None:
        """Name somebody who was erased once: with the account, or for what else came back.

        What they hold is kept.
        """
        ...

    def defer_closing(self, user_id: UserId, due_at_ms: int) -> None:
        """Name this user again at that time; nothing for who is gone altogether."""
        ...


class CopyRecords(Protocol):
    """What copying keeps of follows that are deleted."""

    def erase_follow(self, follow: Follow, most: int) -> bool:
        """Remove up to `most` records of a deleted follow, the follow last; say whether all went.

        Raises ConflictError for a follow that is not deleted.
        """
        ...

    def erase_wallet(self, wallet_id: WalletId) -> None:
        """Remove what copying keeps of a wallet that has no follow."""
        ...
