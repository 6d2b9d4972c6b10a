"""The switches that operators have turned on, with what the audit says of each."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import dropwhile, takewhile
from typing import TYPE_CHECKING

from understudy.domain.audit import Actor
from understudy.domain.errors import AuditTamperedError, DependencyError
from understudy.ports.switches import Switch, TurnedOn

if TYPE_CHECKING:
    from cli.ops.operating import Operating
    from understudy.ports.audit import AuditLookup

MOST_ROWS = 1_000
NOT_READ = "the audit cannot be read"
NOT_FOUND = f"not in the newest {MOST_ROWS:,} rows of the audit"


@dataclass(frozen=True, slots=True)
class Standing:
    """A switch that is on, `since_ms` without an off between; 0 where the audit has no word of it.

    `turned_on_ms`, `operator` and `reason` are of its newest on in the audit, all of one row. Where
    that is not found the first is as the switch itself has it, and the second ''.
    """

    switch: Switch
    subject: str
    since_ms: int
    turned_on_ms: int
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
    try:
        rows = lookup.newest(Actor.OPERATOR, on.subject or on.switch.value, MOST_ROWS)
    except DependencyError:
        return _untold(on, NOT_READ)
    except AuditTamperedError as error:
        return _untold(on, error.message)
    turned_on, turned_off = f"{on.switch.name}_ON", f"{on.switch.name}_OFF"
    turns = [row for row in rows if row.event in {turned_on, turned_off}]
    # An off that is newer than the newest on was refused: the switch is on.
    newer = dropwhile(lambda row: row.event == turned_off, turns)
    in_force = list(takewhile(lambda row: row.event == turned_on, newer))
    if not in_force or in_force[0].at_ms < on.since_ms:
        may_be_older = len(rows) == MOST_ROWS and rows[-1].at_ms >= on.since_ms
        return _untold(on, NOT_FOUND if may_be_older else "")
    said = (str(in_force[0].facts.get(name, "")) for name in ("operator", "reason"))
    return Standing(on.switch, on.subject, in_force[-1].at_ms, in_force[0].at_ms, *said)


def _untold(on: TurnedOn, why: str) -> Standing:
    return Standing(on.switch, on.subject, 0, on.since_ms, "", why)
