"""What was struck, as tables and figures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from tests.simulation.enumeration.planned import MODES
from tests.simulation.enumeration.steps import LISTENER
from tests.simulation.enumeration.striking import Point, Struck

# Calls that tell what made up for a blow.
MEANS = {
    "given again": (
        "leader_sync unless done",
        "fill_fan_out unless done",
        "follower_execute unless done",
    ),
    "taken up": ("copies.intent",),
    "venue's record": ("venue.order_report",),
    "next listener": (f"{LISTENER}leases.read",),
    "published again": ("bus.publish",),
}
POINT_COLUMNS = ("made up for by", "ends otherwise")
COLUMNS = ("scenario", "sites", "modes", "singles", "pairs", "slowest ending", "violations")


def figures(done: Sequence[Struck], cpu_seconds: float) -> dict[str, Any]:
    """Give the figures under their stable names."""
    return {
        "sites": sum(each.sites for each in done),
        "call_sites": len({site for each in done for site in each.call_sites}),
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
    """Write one line per method, as Markdown: how much later things end by how its calls failed."""
    merged: defaultdict[str, defaultdict[str, Point]] = defaultdict(lambda: defaultdict(Point))
    for struck in done:
        for (name, mode), point in struck.points.items():
            merged[name][mode].add(point)
    rows = []
    for name, modes in sorted(merged.items()):
        whole = Point()
        for point in modes.values():
            whole.add(point)
        later = (f"{modes[mode].later_ms / 1000:.0f} s" for mode in MODES)
        rows.append((f"`{name}`", whole.blows, *later, _ran(whole), _ended(whole)))
    return _markdown(("call", "blows", *(mode.value for mode in MODES), *POINT_COLUMNS), rows)


def _ran(point: Point) -> str:
    """Say what was done that is not done without a blow, and in how many of the runs."""
    ran = {
        means: max(point.more[name] for name in names) / point.blows
        for means, names in MEANS.items()
    }
    return ", ".join(f"{means} {share:.0%}" for means, share in ran.items() if share)


def _ended(point: Point) -> str:
    ends = sorted((reason, count) for reason, count in point.ends.items() if reason != "DONE")
    return ", ".join(f"{reason} {count}" for reason, count in ends)


def _markdown(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines) + "\n"
