"""The switches that operators have turned on, with what the audit says of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.domain.audit import Actor
from understudy.domain.errors import DependencyError
from understudy.ports.switches import Switch, TurnedOn

if TYPE_CHECKING:
    from cli.ops.operating import Operating
    from understudy.ports.audit import AuditLookup

MOST_ROWS = 1_000
NOT_READ = "the audit cannot be read"
NOT_FOUND = f"not in the newest {MOST_ROWS:,} rows of the audit"


@dataclass(frozen=True, slots=True)
class Standing:
    """A switch that is on; `operator` and `reason` are of its newest on, '' where none is found."""

    switch: Switch
    subject: str
    since_ms: int
    operator: str
    reason: str


@dataclass(frozen=True, slots=True)
class SwitchesOn:
    """What is printed of all switches that are on, and written as JSON."""

    switches: tuple[Standing, ...]


def switches_on(at: Operating) -> SwitchesOn:
    """List what is on, with what the audit says of it; raises DependencyError."""
    return SwitchesOn(tuple(_told(at.lookup, each) for each in at.switches.board.turned_on()))


def _told(lookup: AuditLookup, on: TurnedOn) -> Standing:
    """Say who turned a switch on, and why; what stops people is listed without that too."""
    place = (on.switch, on.subject, on.since_ms)
    try:
        rows = lookup.newest(Actor.OPERATOR, on.subject or on.switch.value, MOST_ROWS)
    except DependencyError:
        return Standing(*place, "", NOT_READ)
    event = f"{on.switch.name}_ON"
    written = (row.facts for row in rows if row.event == event and row.at_ms >= on.since_ms)
    facts = next(written, {"reason": NOT_FOUND} if len(rows) == MOST_ROWS else {})
    return Standing(*place, str(facts.get("operator", "")), str(facts.get("reason", "")))
