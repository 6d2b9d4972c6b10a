"""Where calls are counted."""

from __future__ import annotations

from typing import Protocol

from understudy.domain.token_bucket import Admission, Bucket


class CallCounts(Protocol):
    """The buckets of everybody who calls."""

    def take(self, bucket: Bucket, subject: str, now_us: int) -> Admission:
        """Take one call from a subject's bucket of this kind; a refused call takes nothing.

        Raises DependencyError when it cannot be said, soon: a caller waits for the answer.
        """
        ...
