"""What users and operators switch off; the copy path reads the switches with its surroundings."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol


class Switch(StrEnum):
    """A switch and, behind it, what its subject is."""

    KILL_GLOBAL = "kill_global"  # no subject: ''
    KILL_VENUE = "kill_venue"  # a venue
    KILL_USER = "kill_user"  # a user id
    COPY_DISABLED = "copy_disabled"  # a user id
    FLAGGED = "flagged"  # a user id
    BLACKLISTED = "blacklisted"  # an address, of a leader or of a follower's wallet
    AUTHORITY_REVOKED = "authority_revoked"  # an agent id


class SwitchBoard(Protocol):
    """Turns switches; a switch that was never turned is off."""

    def turn(self, switch: Switch, subject: str, *, on: bool) -> None:
        """Turn a switch on or off; turning it again changes nothing."""
        ...

    def is_on(self, switch: Switch, subject: str) -> bool:
        """Say whether a switch is on; raises DependencyError when nobody can say."""
        ...
