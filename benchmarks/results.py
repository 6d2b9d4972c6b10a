"""What a benchmark says: a row per contender, with its goal where it has one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from benchmarks.timings import Timings

NANOSECONDS_PER_SECOND = 1_000_000_000
NANOSECONDS_PER_MILLISECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Goal:
    """What is asked for: a figure, in words and met or not."""

    text: str
    figure: float
    is_met: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One contender's timings; `per` says what one run is, `version` whose code it is."""

    name: str
    per: str
    timings: Timings
    goal: Goal | None = None
    version: str = ""


def at_least_per_second(timings: Timings, wanted: int) -> Goal:
    """Ask for a rate on one core."""
    rate = NANOSECONDS_PER_SECOND / timings.median_ns
    return Goal(f"{rate:,.0f}/s, goal >= {wanted:,}/s", rate, rate >= wanted)


def times_faster(timings: Timings, reference: Timings, wanted: float) -> Goal:
    """Ask for at most the reference's time divided by `wanted`."""
    ratio = reference.ratio_to(timings)
    return Goal(f"{ratio:.2f} x as fast, goal >= {wanted:g} x", ratio, ratio >= wanted)


def at_most_times(timings: Timings, reference: Timings, wanted: float) -> Goal:
    """Ask for at most `wanted` times the reference's time."""
    ratio = timings.ratio_to(reference)
    return Goal(f"{ratio:.2f} x the time, goal <= {wanted:g} x", ratio, ratio <= wanted)


def at_most_ms(timings: Timings, wanted_ms: float) -> Goal:
    """Ask for a time in milliseconds."""
    taken_ms = timings.median_ns / NANOSECONDS_PER_MILLISECOND
    return Goal(f"{taken_ms:.3f} ms, goal <= {wanted_ms:g} ms", taken_ms, taken_ms <= wanted_ms)


def at_most_ms_over(timings: Timings, reference: Timings, wanted_ms: float) -> Goal:
    """Ask for at most so many milliseconds beyond the reference's time."""
    over_ms = (timings.median_ns - reference.median_ns) / NANOSECONDS_PER_MILLISECOND
    return Goal(
        f"{over_ms:.3f} ms over it, goal <= {wanted_ms:g} ms", over_ms, over_ms <= wanted_ms
    )


def as_json(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Write rows as plain values; times in microseconds."""
    return [_plain(row) for row in rows]


def _plain(row: Row) -> dict[str, Any]:
    timings = row.timings
    plain: dict[str, Any] = {
        "name": row.name,
        "per": row.per,
        "version": row.version,
        "n": timings.n,
        "median_us": round(timings.median_ns / 1000, 3),
        "p99_us": round(timings.p99_ns / 1000, 3),
    }
    if row.goal is not None:
        plain |= {
            "goal": row.goal.text,
            "figure": round(row.goal.figure, 3),
            "is_met": row.goal.is_met,
        }
    return plain
