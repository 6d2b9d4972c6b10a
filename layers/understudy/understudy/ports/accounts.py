"""A user's account as a whole: terms, flag, and its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.domain.follows import Follow
    from understudy.domain.identity import ProviderIdentity
    from understudy.domain.ids import UserId, WalletId


class AccountStore(Protocol):
    """Changes of an account, none of which touches what else is being changed.

    Each but `erase` raises NotFoundError when there is no such user.
    """

    def accept_terms(self, user_id: UserId, version: str, at_ms: int) -> None:
        """Note which terms a user has accepted, and when."""
        ...

    def flag(self, user_id: UserId, reason: str) -> None:
        """Flag a user for a reason; without a reason take the flag away."""
        ...

    def begin_closing(self, user_id: UserId, at_ms: int) -> None:
        """Note since when a user wants to be deleted; the first time stays."""
        ...

    def identities(self, user_id: UserId) -> Sequence[ProviderIdentity]:
        """List whom providers know a user as; empty for nobody."""
        ...

    def erase(self, user_id: UserId) -> None:
        """Remove a user with everything that is kept beside them, again if need be.

        Until the very last write the user can sign in. Raises ConflictError when something is
        being changed meanwhile.
        """
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
