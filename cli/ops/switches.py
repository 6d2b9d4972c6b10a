"""The switches that operators have turned on, with what the audit says of each."""

from __future__ import annotations

from dataclasses import dataclass
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
    """A switch that is on: when it was last turned on, by whom and why, all of one audit row.

    Where that is not found `turned_on_ms` is as the switch itself has it, and `operator` ''.
    """

    switch: Switch
    subject: str
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
    event = f"{on.switch.name}_ON"
    newest = next((row for row in rows if row.event == event), None)
    if newest is None or newest.at_ms < on.since_ms:
        may_be_older = len(rows) == MOST_ROWS and rows[-1].at_ms >= on.since_ms
        return _untold(on, NOT_FOUND if may_be_older else "")
    operator, reason = (str(newest.facts.get(name, "")) for name in ("operator", "reason"))
    return Standing(on.switch, on.subject, newest.at_ms, operator, reason)


def _untold(on: TurnedOn, why: str) -> Standing:
    return Standing(on.switch, on.subject, on.since_ms, "", why)
