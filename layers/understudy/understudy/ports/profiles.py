"""What a user prefers for every follow that has no value of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from understudy.domain.ids import UserId


@dataclass(frozen=True, slots=True)
class CopyProfile:
    """A user's limits, as far as chosen, written as the API writes them."""

    user_id: UserId
    limits: Mapping[str, object] = field(default_factory=dict)
    version: int = 0


class CopyProfiles(Protocol):
    """The store of copy profiles."""

    def copy_profile(self, user_id: UserId) -> CopyProfile:
        """Read a profile, an empty one when the user has chosen nothing."""
        ...

    def put_copy_profile(self, profile: CopyProfile) -> CopyProfile:
        """Store a profile while its version is the one read; raises ConflictError."""
        ...
