"""Whom a switch can be turned for, as operators name them; what is wrong with a name is said."""

from __future__ import annotations

from collections.abc import Mapping

from cli.errors import CommandError
from understudy.adapters.identity.ethereum import ADDRESS
from understudy.ports.switches import Switch
from understudy.workflows.requests.operator_switches import VENUES

UNNAMED: Mapping[Switch, tuple[str, str]] = {
    Switch.KILL_VENUE: ("kill venue needs the name of a venue", f"one of {', '.join(VENUES)}"),
    Switch.KILL_USER: ("kill user needs a user", "name a user's id or 0xADDRESS"),
    Switch.FLAGGED: ("flag needs a user", "name a user's id or 0xADDRESS"),
    Switch.BLACKLISTED: ("blacklist needs an address", "name it: 0x and 40 hex digits"),
}


def refuse_subject(switch: Switch, subject: str) -> None:
    """Raise CommandError INVALID_SUBJECT for what no switch of this kind can be turned for."""
    mistake = _mistake(switch, subject)
    if mistake is not None:
        said, remedy = mistake
        raise CommandError("INVALID_SUBJECT", f"{said}: nothing was changed", remedy)


def _mistake(switch: Switch, subject: str) -> tuple[str, str] | None:
    if switch is Switch.KILL_GLOBAL:
        alone = "leave it out, or say kill venue VENUE, kill user USER"
        return (f"kill global stops everybody, and {subject!r} besides", alone) if subject else None
    if not subject:
        return UNNAMED[switch]
    if switch is Switch.KILL_VENUE and subject.lower() not in VENUES:
        return f"there is no venue {subject!r}", UNNAMED[switch][1]
    if switch is Switch.BLACKLISTED and not ADDRESS.fullmatch(subject):
        other = "name 0x and 40 hex digits; who is named by an id is stopped by flag"
        return f"{subject!r} is no address", other
    return None
