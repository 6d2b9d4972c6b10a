"""What hunts came to: one row for each mutant, as figures and as a table for the docs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.simulation.mutants.hunt import Hunt
from tests.simulation.mutants.mutant import HEAVY, Mutant

HEADINGS = (
    "mutant",
    "the rule that it breaks",
    "broken at",
    "caught by",
    "trades until caught",
    "the rule alone",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One mutant and its hunts."""

    mutant: Mutant
    hunts: Sequence[Hunt]

    @property
    def is_caught(self) -> bool:
        """Say whether every hunt ended with it."""
        return all(hunt.is_caught for hunt in self.hunts)

    @property
    def promises(self) -> list[str]:
        """Name the promise that told of it first under each seed, without repetition."""
        return list(dict.fromkeys(hunt.promises[0] for hunt in self.hunts if hunt.promises))

    @property
    def cells(self) -> tuple[str, ...]:
        """Give the row of a table."""
        places = dict.fromkeys(_short(seam.place) for seam in self.mutant.seams)
        promises = ", ".join(self.promises) or "NOTHING"
        trades = ", ".join(map(_counted, self.hunts))
        if self.mutant.mix == HEAVY:
            trades += " (heavy)"
        name, rule = self.mutant.name, self.mutant.rule
        return name, rule, ", ".join(places), promises, trades, self.mutant.alone

    def to_plain(self) -> dict[str, Any]:
        """Give the figures under their stable names."""
        return {
            "mutant": self.mutant.name,
            "rule": self.mutant.rule,
            "alone": self.mutant.alone,
            "mix": self.mutant.mix,
            "places": [seam.place for seam in self.mutant.seams],
            "caught": self.is_caught,
            "hunts": [hunt.to_plain() for hunt in self.hunts],
        }


def figures_of(rows: Sequence[Row]) -> dict[str, Any]:
    """Give what is known of all mutants under stable names."""
    survived = [row.mutant.name for row in rows if not row.is_caught]
    return {
        "mutants": [row.to_plain() for row in rows],
        "caught": len(rows) - len(survived),
        "survived": survived,
        "cpu_seconds": round(sum(hunt.cpu_seconds for row in rows for hunt in row.hunts), 1),
    }


def markdown_of(rows: Iterable[Row]) -> str:
    """Write the table for the docs."""
    lines = [HEADINGS, ("---",) * len(HEADINGS), *(_in_code(row.cells) for row in rows)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def _in_code(cells: Sequence[str]) -> tuple[str, ...]:
    name, rule, places, promises, *rest = cells
    quoted = [", ".join(f"`{each}`" for each in cell.split(", ")) for cell in (places, promises)]
    return f"`{name}`", rule, *quoted, *rest


def _counted(hunt: Hunt) -> str:
    return f"{hunt.trades:,}" if hunt.is_caught else f"not in {hunt.trades:,}"


def _short(place: str) -> str:
    """Leave the packages out: the module says enough."""
    module, _, names = place.partition(":")
    return f"{module.rpartition('.')[2]}.{names}"
