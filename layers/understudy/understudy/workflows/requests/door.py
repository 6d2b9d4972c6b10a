"""Counts every request before anything is done for it but asking who calls.

When nobody can say how many calls were made, this process counts alone for a while: limits are
there to keep the API up, so they must never be what keeps a user from their money.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from understudy.domain.door_limits import DoorLimits, network_of
from understudy.domain.errors import DependencyError
from understudy.domain.ids import UserId
from understudy.domain.token_bucket import Admission, Bucket
from understudy.ports.call_counts import CallCounts
from understudy.ports.clock import Clock

ALONE_MS = 5_000


@dataclass(slots=True)
class Door:
    """Lets calls in by the buckets that all workers share, or by this process's own."""

    shared: CallCounts
    own: CallCounts
    limits: DoorLimits
    clock: Clock
    alone_until_ms: int = 0

    def caller(self, user_id: UserId) -> Admission:
        """Count a call of a user who is signed in."""
        return self._count(self.limits.caller, user_id)

    def stop(self, session_id: str) -> Admission:
        """Count what a session stops or ends, apart from its user's other calls."""
        return self._count(self.limits.stop, session_id)

    def network(self, address: str) -> Admission:
        """Count a stranger's call by the network that it came from."""
        return self._count(self.limits.network, network_of(address))

    def attempt(self, address: str) -> Admission:
        """Count an attempt to get in by the network that it came from."""
        return self._count(self.limits.attempt, network_of(address))

    def target(self, name: str) -> Admission:
        """Count an attempt to get in by the session that it is aimed at."""
        return self._count(self.limits.target, name)

    def _count(self, bucket: Bucket, subject: str) -> Admission:
        now_ms = self.clock.now_ms()
        if now_ms >= self.alone_until_ms:
            try:
                return self.shared.take(bucket, subject, now_ms * 1000)
            except DependencyError:
                # A lost answer costs a second: the next callers do not wait for one each.
                self.alone_until_ms = self.clock.now_ms() + ALONE_MS
        return replace(self.own.take(bucket, subject, now_ms * 1000), alone=True)
