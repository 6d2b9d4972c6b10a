"""What was struck, as tables and figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.simulation.enumeration.planned import MODES
from tests.simulation.enumeration.striking import Point, Struck

COLUMNS = ("scenario", "sites", "modes", "singles", "pairs", "slowest ending", "violations")


def figures(done: Sequence[Struck], cpu_seconds: float) -> dict[str, Any]:
    """Give the figures under their stable names."""
    return {
        "sites": sum(each.sites for each in done),
        "methods": len({name for each in done for name in each.names}),
        "modes": len(MODES),
        "singles": sum(each.singles for each in done),
        "pairs": sum(each.pairs for each in done),
        "violations": sum(len(each.broken) for each in done),
        "cpu_seconds": round(cpu_seconds),
        "scenarios": {
            each.scenario.name: {
                "sites": each.sites,
                "singles": each.singles,
                "pairs": each.pairs,
                "slowest_ending_seconds": round(each.slowest_ms / 1000, 1),
                "violations": len(each.broken),
            }
            for each in done
        },
    }


def table(done: Sequence[Struck]) -> str:
    """Write one line per scenario, as Markdown."""
    rows = [
        (
            each.scenario.name,
            each.sites,
            len(MODES),
            each.singles,
            each.pairs,
            f"{each.slowest_ms / 1000:.1f} s",
            len(each.broken),
        )
        for each in done
    ]
    return _markdown(COLUMNS, rows)


def points(done: Sequence[Struck]) -> str:
    """Write one line per method, as Markdown: the slowest ending by how its calls failed."""
    merged: dict[str, dict[str, Point]] = {}
    for each in done:
        for (name, mode), point in each.points.items():
            known = merged.setdefault(name, {}).setdefault(mode, Point())
            known.blows += point.blows
            known.slowest_ms = max(known.slowest_ms, point.slowest_ms)
            known.lost += point.lost
    rows = [
        (
            name,
            sum(point.blows for point in modes.values()),
            *(f"{modes[mode].slowest_ms / 1000:.0f} s" for mode in MODES),
            _lost(modes),
        )
        for name, modes in sorted(merged.items())
    ]
    return _markdown(("call", "blows", *(mode.value for mode in MODES), "ends otherwise"), rows)


def _lost(modes: dict[str, Point]) -> str:
    lost = sum((point.lost for point in modes.values()), start=Point().lost)
    return ", ".join(f"{reason} {count}" for reason, count in sorted(lost.items()))


def _markdown(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines) + "\n"
