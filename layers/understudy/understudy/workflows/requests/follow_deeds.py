"""What users do to their follows, each deed in the audit: it decides what their money does.

A deed is done first and then written down. Where that fails the caller is told, and asks again: the
deed is written down then, though nothing is left to do. Only what is created is written down first,
for who asks again is told that it exists.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from understudy.domain.audit import AuditEntry
from understudy.domain.codec import to_plain
from understudy.domain.errors import NotFoundError
from understudy.domain.follows import Follow, PauseReason
from understudy.ports.audit import AuditTrail
from understudy.ports.clock import Clock
from understudy.workflows.requests.follow_lifecycle import FollowLifecycle
from understudy.workflows.requests.follows import Follows

if TYPE_CHECKING:
    from understudy.domain.ids import FollowId, UserId
    from understudy.domain.limit_choices import Choices
    from understudy.workflows.requests.wanted import WantedFollow


@dataclass(frozen=True, slots=True)
class FollowDeeds:
    """A user's own changes of follows; what they raise is what the workflows behind them raise."""

    follows: Follows
    lifecycle: FollowLifecycle
    audit: AuditTrail
    clock: Clock

    def create(self, user_id: UserId, wanted: WantedFollow) -> Follow:
        """Store a follow that copies nothing yet."""
        return self.follows.create(user_id, wanted, partial(self._noted, "FOLLOW_CREATED"))

    def change_limits(self, user_id: UserId, follow_id: FollowId, changes: Choices) -> Follow:
        """Change limits from the next trade on."""
        changed = self.follows.change_limits(user_id, follow_id, changes)
        return self._noted("FOLLOW_LIMITS_CHANGED", changed)

    def start(self, user_id: UserId, follow_id: FollowId) -> Follow:
        """Copy from the leader's next trade on."""
        return self._noted("FOLLOW_STARTED", self.lifecycle.start(user_id, follow_id))

    def pause(self, user_id: UserId, follow_id: FollowId) -> Follow:
        """Stop entering."""
        paused = self.lifecycle.pause(user_id, follow_id, PauseReason.USER)
        return self._noted("FOLLOW_PAUSED", paused)

    def delete(self, user_id: UserId, follow_id: FollowId) -> Follow:
        """End a follow for good; one that has ended is not there, and written down again."""
        try:
            ended = self.lifecycle.delete(user_id, follow_id)
        except NotFoundError:
            gone = self.lifecycle.own.gone(user_id, follow_id)
            if gone is not None:
                self._noted("FOLLOW_DELETED", gone)
            raise
        return self._noted("FOLLOW_DELETED", ended)

    def _noted(self, event: str, follow: Follow) -> Follow:
        facts = {
            "follow_id": follow.follow_id,
            "wallet_id": follow.wallet_id,
            "leader": follow.leader,
            "status": follow.status.value,
            "limits": json.dumps(to_plain(follow.limits), sort_keys=True),
        }
        self.audit.append(AuditEntry(event, follow.user_id, self.clock.now_ms(), facts))
        return follow
