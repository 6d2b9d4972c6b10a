"""What came of a deed, on the screen: a table of each kind of thing, ids whole, times in UTC."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.table import Table

from cli.ops.switches import Standing, SwitchesOn
from understudy.domain.agents import Agent
from understudy.domain.follows import Follow
from understudy.domain.identity import User, Wallet
from understudy.workflows.requests.operator_actions import Dossier
from understudy.workflows.requests.operator_switches import SwitchView
from understudy.workflows.requests.session_endings import SessionView

LAYOUTS: Mapping[type, Mapping[str, str]] = {
    User: {
        "user": "user_id",
        "created": "created_at_ms",
        "last sign-in": "last_login_at_ms",
        "closing since": "closing_since_ms",
        "flag": "flag_reason",
    },
    Wallet: {
        "wallet": "address",
        "id": "wallet_id",
        "kind": "kind",
        "by": "connector",
        "in use": "is_active",
    },
    Agent: {
        "agent": "agent_id",
        "name": "name",
        "of wallet": "wallet_address",
        "status": "status",
        "until": "valid_until_ms",
        "successor from": "rotate_at_ms",
        "replaced": "replaced_at_ms",
    },
    Follow: {
        "follow": "follow_id",
        "of wallet": "wallet_address",
        "leader": "leader",
        "status": "status",
        "paused by": "pause_reason",
        "started": "started_at_ms",
    },
    SessionView: {
        "session": "session_id",
        "by": "auth_method",
        "wallet": "wallet_address",
        "created": "created_at_ms",
        "refreshed": "refreshed_at_ms",
    },
    SwitchView: {"switch": "switch", "subject": "subject", "on": "on"},
    Standing: {
        "switch": "switch",
        "subject": "subject",
        "last turned on": "turned_on_ms",
        "by": "operator",
        "reason": "reason",
    },
}
"""The columns of each kind of thing: a heading and the field below it."""


def tables_of(outcome: object) -> Iterator[Table | str]:
    """Lay out what came of a deed; what has no table says only that it is done."""
    if isinstance(outcome, Dossier):
        yield _table([outcome.user])
        for group in (outcome.wallets, outcome.agents, outcome.follows, outcome.sessions):
            if group:
                yield ""
                yield _table(group)
        yield ""
        yield f"switches that are on: {', '.join(outcome.switches) or 'none'}"
    elif isinstance(outcome, SwitchesOn):
        yield _table(outcome.switches) if outcome.switches else "no switch is on"
    elif type(outcome) in LAYOUTS:
        yield _table([outcome])
    else:
        yield "done"


def _table(things: Sequence[object]) -> Table:
    layout = LAYOUTS[type(things[0])]
    table = Table(box=None, pad_edge=False)
    for heading in layout:
        table.add_column(heading, no_wrap=True)
    for thing in things:
        table.add_row(*(_cell(field, getattr(thing, field)) for field in layout.values()))
    return table


def _cell(field: str, value: Any) -> str:
    if field.endswith("_ms"):
        return f"{datetime.fromtimestamp(value / 1000, UTC):%Y-%m-%d %H:%M}" if value else "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value or "-")
