"""Prints the rows as a table and writes them as JSON."""

from __future__ import annotations

import json
import platform
from typing import TYPE_CHECKING

from rich.table import Table

from benchmarks.results import Row, as_json

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MICROSECONDS_PER_MILLISECOND = 1000


def table(rows: Iterable[Row]) -> Table:
    """Lay the rows out."""
    laid = Table(title=f"Python {platform.python_version()}, {platform.machine()}, one core")
    for heading in ("what", "n", "median", "p99", "figure", "met"):
        is_number = heading in {"n", "median", "p99"}
        laid.add_column(heading, justify="right" if is_number else "left", no_wrap=is_number)
    for row in rows:
        laid.add_row(*_cells(row))
    return laid


def write_json(rows: Iterable[Row], path: Path) -> None:
    """Write the rows to a file."""
    path.write_text(json.dumps({"rows": as_json(rows)}, indent=2) + "\n", encoding="utf-8")


def _cells(row: Row) -> tuple[str, ...]:
    goal = row.goal
    return (
        f"{row.name} ({row.version or row.per})",
        str(row.timings.n),
        duration(row.timings.median_ns),
        duration(row.timings.p99_ns),
        goal.text if goal else "",
        ("yes" if goal.is_met else "NO") if goal else "",
    )


def duration(nanoseconds: float) -> str:
    """Write a time in microseconds, from a millisecond on in milliseconds."""
    microseconds = nanoseconds / 1000
    if microseconds < MICROSECONDS_PER_MILLISECOND:
        return f"{microseconds:.1f} us"
    return f"{microseconds / MICROSECONDS_PER_MILLISECOND:.2f} ms"
