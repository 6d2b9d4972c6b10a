"""What can go wrong with a call, drawn from the seed, and how often it did."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from random import Random

from tests.simulation.mixes import Mix


class Fate(StrEnum):
    """What becomes of one call."""

    CRASH_BEFORE = "crash_before"
    CRASH_AFTER = "crash_after"
    TIMEOUT_LANDED = "timeout_landed"
    TIMEOUT_LATE = "timeout_late"
    TIMEOUT_LOST = "timeout_lost"
    THROTTLED = "throttled"
    CONFLICTED = "transaction_conflict"
    LIMITED = "venue_429"
    BAD_GATEWAY = "venue_502"


# The ports' calls that are one transaction of the tables.
TRANSACTIONS = frozenset(
    {
        *("copies.commit", "leaders.store_trade", "custody.record"),
        *("directory.create", "directory.replace"),
    }
)

Ladder = tuple[tuple[float, Fate], ...]


class Fates:
    """Draws the fate of each call; None, mostly, is that nothing happens."""

    def __init__(self, mix: Mix, random: Random) -> None:
        self._duplicate = mix.duplicate
        self._random = random.random
        self.counts: Counter[str] = Counter()
        self.calls = 0
        either = (
            (Fate.CRASH_BEFORE, mix.crash / 2),
            (Fate.CRASH_AFTER, mix.crash / 2),
            *_timeouts(mix),
        )
        self._cloud: Ladder = _ladder(*either, (Fate.THROTTLED, mix.throttled))
        self._cloud_share = self._cloud[-1][0] if self._cloud else 0.0
        self._transaction: Ladder = _ladder(
            *either,
            (Fate.THROTTLED, mix.throttled / 2),
            (Fate.CONFLICTED, mix.throttled / 2),
        )
        self._venue: Ladder = _ladder(
            *either,
            (Fate.LIMITED, mix.limited),
            (Fate.BAD_GATEWAY, mix.limited / 4),
        )

    @property
    def is_at_work(self) -> bool:
        """Say whether anything may go wrong still."""
        return bool(self._cloud)

    def cease(self) -> None:
        """Let nothing go wrong from now on."""
        self._cloud = self._transaction = self._venue = ()
        self._cloud_share = 0.0
        self._duplicate = 0.0

    def of_cloud_call(self, name: str) -> Fate | None:
        """Draw for a call of the cloud: a transaction is throttled, or meets another, by halves."""
        self.calls += 1
        drawn = self._random()
        if drawn >= self._cloud_share:
            return None
        return self._met(self._transaction if name in TRANSACTIONS else self._cloud, drawn)

    def of_venue_call(self, name: str) -> Fate | None:
        """Draw for a call of the venue, whatever its name."""
        del name
        self.calls += 1
        return self._met(self._venue, self._random())

    def of_delivery(self) -> int:
        """Draw how many more workers get the same messages: none, mostly one, seldom two."""
        drawn = self._random()
        if drawn >= self._duplicate:
            return 0
        self.counts["duplicate_delivery"] += 1
        if drawn >= self._duplicate / 5:
            self.counts["two_workers"] += 1
            return 1
        self.counts["three_workers"] += 1
        return 2

    def note(self, kind: str) -> None:
        """Count a fault that is not a call's."""
        self.counts[kind] += 1

    def _met(self, ladder: Ladder, drawn: float) -> Fate | None:
        if not ladder or drawn >= ladder[-1][0]:
            return None
        fate = next(fate for step, fate in ladder if drawn < step)
        self.counts[fate] += 1
        return fate


def _timeouts(mix: Mix) -> tuple[tuple[Fate, float], ...]:
    lost = 1 - mix.landed_now - mix.landed_later
    return (
        (Fate.TIMEOUT_LANDED, mix.timeout * mix.landed_now),
        (Fate.TIMEOUT_LATE, mix.timeout * mix.landed_later),
        (Fate.TIMEOUT_LOST, mix.timeout * lost),
    )


def _ladder(*shares: tuple[Fate, float]) -> Ladder:
    steps, sum_of_shares = [], 0.0
    for fate, share in shares:
        if share:
            sum_of_shares += share
            steps.append((sum_of_shares, fate))
    return tuple(steps)
