"""One broken rule, and how findings are shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A rule broken at a place: a path, `path:line`, or a resource of the template."""

    place: str
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.rule}: {self.message}"


def report(findings: Iterable[Finding]) -> int:
    """Print the findings in order and a closing line; the exit code is 1 when there are any."""
    ordered = sorted(set(findings))
    for finding in ordered:
        print(finding)
    print(f"{len(ordered)} broken rules" if ordered else "no rule is broken")
    return 1 if ordered else 0
