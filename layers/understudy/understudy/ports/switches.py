"""What users and operators switch off; the copy path reads the switches with its surroundings.

On is the safe side of every switch: it forbids something.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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


# What operators turn, what stops most first.
OF_OPERATORS = (
    Switch.KILL_GLOBAL,
    Switch.KILL_VENUE,
    Switch.KILL_USER,
    Switch.FLAGGED,
    Switch.BLACKLISTED,
)


@dataclass(frozen=True, slots=True)
class TurnedOn:
    """A switch that is on; `since_ms` is of its newest on, 0 where nobody noted it."""

    switch: Switch
    subject: str
    since_ms: int


def in_order(on: Iterable[TurnedOn]) -> list[TurnedOn]:
    """Give switches in the order of `OF_OPERATORS`, each by subject."""
    return sorted(on, key=lambda each: (OF_OPERATORS.index(each.switch), each.subject))


class SwitchBoard(Protocol):
    """Turns switches; a switch that was never turned is off."""

    def turn(self, switch: Switch, subject: str, *, on: bool, at_ms: int) -> None:
        """Turn a switch on or off, as was decided at `at_ms` (UTC); turning it again is harmless.

        On always takes effect. Off raises ConflictError (NEWER_DECISION) and changes nothing
        unless every on of this switch was decided longer ago than clocks differ.
        """
        ...

    def is_on(self, switch: Switch, subject: str) -> bool:
        """Say whether a switch is on; raises DependencyError when nobody can say."""
        ...

    def turned_on(self) -> Sequence[TurnedOn]:
        """List the switches `OF_OPERATORS` that are on, in order; raises DependencyError.

        One that was turned on for a user or an address this very moment may be missing.
        """
        ...
