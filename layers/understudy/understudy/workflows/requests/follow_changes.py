"""How a user's request reaches a follow: only the owner's, read again when something else moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.domain.errors import ConflictError, NotFoundError
from understudy.domain.follows import Follow, FollowStatus
from understudy.ports.copying import CopyStore, FollowState
from understudy.ports.directory import FollowDirectory

if TYPE_CHECKING:
    from collections.abc import Callable

    from understudy.domain.ids import FollowId, UserId

ATTEMPTS = 5
MOVING = "the follow is being changed by something else: try again"


@dataclass(frozen=True, slots=True)
class OwnFollows:
    """One user's follows; those of others are not there, deleted ones only for their receipts."""

    copies: CopyStore
    directory: FollowDirectory

    def state(self, user_id: UserId, follow_id: FollowId) -> FollowState:
        """Read a follow that is not deleted, with its records; raises NotFoundError."""
        state = self.ever(user_id, follow_id)
        if state.follow.status is FollowStatus.DELETED:
            raise NotFoundError(
                f"this follow is deleted: its receipts are at GET /v1/copies?follow_id={follow_id}",
                code="FOLLOW_NOT_FOUND",
            )
        return state

    def ever(self, user_id: UserId, follow_id: FollowId) -> FollowState:
        """Read a follow, deleted or not, with its records; raises NotFoundError."""
        state = self.copies.follow_state(follow_id)
        if state is None or state.follow.user_id != user_id:
            raise NotFoundError("you have no follow with this id", code="FOLLOW_NOT_FOUND")
        return state

    def gone(self, user_id: UserId, follow_id: FollowId) -> Follow | None:
        """Read a follow of this user that is deleted."""
        state = self.copies.follow_state(follow_id)
        if state is None or state.follow.user_id != user_id:
            return None
        return state.follow if state.follow.status is FollowStatus.DELETED else None

    def change(
        self,
        user_id: UserId,
        follow_id: FollowId,
        change: Callable[[FollowState], Follow],
        *,
        always: bool = False,
    ) -> Follow:
        """Replace a follow by what `change` makes of it; it may be asked several times.

        A change that gives the same follow writes nothing, unless `always`: then whoever decided
        on what was before it is refused. Raises NotFoundError, ConflictError.
        """
        for _ in range(ATTEMPTS):
            state = self.state(user_id, follow_id)
            changed = change(state)
            if changed == state.follow and not always:
                return changed
            try:
                return self.directory.replace(changed)
            except ConflictError:  # a copy settled meanwhile: look again
                continue
        raise ConflictError(MOVING)
