"""What the venue counted and refused, and whether a minute's requests may have been used up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor

MINUTE_MS = 60_000
# Entries get 30 % of a minute. Workers lease of it in blocks of a 24th at most, and what they do
# not send in that minute is lost: six of them may hold one each.
ENTRIES_SHARE = Fraction(3, 10) * Fraction(24 - 6, 24)


@dataclass(frozen=True, slots=True)
class Requests:
    """What was asked of the venue, by its own count per minute of its clock.

    `are_limited` says whether the venue's windows were on, `per_minute` what the system was told
    that it may ask.
    """

    are_limited: bool = False
    per_minute: int = 0
    weights: Mapping[int, int] = field(default_factory=dict)
    refusals: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RefusedAction:
    """An action beyond what the account's volume allows; one that `reduces` only closes."""

    at_ms: Fraction
    reduces: bool


def may_be_used_up(counted: Requests, begins_ms: Fraction, ends_ms: Fraction) -> bool:
    """Say whether an entry between two moments may have met the end of a minute's requests.

    A refusal by the venue halves what its minute and the next one have.
    """
    minutes = range(floor(begins_ms / MINUTE_MS), floor(ends_ms / MINUTE_MS) + 1)
    if any(counted.refusals.get(minute) for minute in (minutes[0] - 1, *minutes)):
        return True
    enough = counted.per_minute * ENTRIES_SHARE
    asked = max(counted.weights.get(minute, 0) for minute in minutes)
    return counted.are_limited and asked >= enough
