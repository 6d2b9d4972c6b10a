"""Follows and receipts as users and the API see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from understudy.domain.follows import Follow
from understudy.domain.ids import CopyId, FollowId, UserId
from understudy.domain.receipts import Receipt

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a listing; `cursor` continues it and is '' at the end."""

    items: tuple[T, ...]
    cursor: str = ""


class FollowDirectory(Protocol):
    """Creates, changes and lists follows; lists receipts."""

    def create(self, follow: Follow) -> Follow:
        """Store a new follow with an empty budget and give it a shard of its leader.

        Raises ConflictError when the wallet already follows this leader on this venue, and where
        the directory knows wallets for one that is not its user's, or on its way out.
        """
        ...

    def replace(self, follow: Follow) -> Follow:
        """Replace a follow while its version is the one read; keeps the leader's index in step.

        Raises ConflictError when it changed since.
        """
        ...

    def of_user(self, user_id: UserId) -> Sequence[Follow]:
        """List a user's follows that are not deleted, oldest first."""
        ...

    def ever_of_user(self, user_id: UserId) -> Sequence[Follow]:
        """List all of a user's follows that are kept, deleted ones too, oldest first."""
        ...

    def receipts(self, follow_id: FollowId, *, limit: int, cursor: str = "") -> Page[Receipt]:
        """List a follow's receipts, newest first.

        Raises InvalidInputError for a cursor that this listing did not give.
        """
        ...

    def logs(self, user_id: UserId, *, limit: int, cursor: str = "") -> Page[Receipt]:
        """List the receipts of all of a user's follows, newest first."""
        ...

    def receipt_of(self, user_id: UserId, copy_id: CopyId) -> Receipt | None:
        """Read one receipt of this user."""
        ...
