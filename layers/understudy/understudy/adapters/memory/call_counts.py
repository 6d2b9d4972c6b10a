"""Buckets of calls in memory: for tests, and for a worker that has to count alone."""

from __future__ import annotations

from threading import Lock

from understudy.domain.token_bucket import Admission, Bucket, admit

SWEPT_FROM = 10_000


class InMemoryCallCounts:
    """Implements `CallCounts`; buckets that are full again are forgotten once there are many."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._full_at_us: dict[tuple[str, str], int] = {}

    def take(self, bucket: Bucket, subject: str, now_us: int) -> Admission:
        """Take one call from a subject's bucket; see `CallCounts`."""
        name = (bucket.name, subject)
        with self._lock:
            if len(self._full_at_us) >= SWEPT_FROM:
                self._full_at_us = {k: at for k, at in self._full_at_us.items() if at > now_us}
            admission = admit(bucket, self._full_at_us.get(name, 0), now_us)
            self._full_at_us[name] = admission.full_at_us
        return admission
