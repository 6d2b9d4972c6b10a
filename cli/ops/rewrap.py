"""`understudy ops rewrap`: agents' keys move under the KMS key that seals now, while all runs."""

from __future__ import annotations

from rich.console import Console

from cli.counting import counted
from cli.ops.key_care import KeyCare, write_down
from cli.ops.place import STACK, Stack, failures_explained, find_place

SUBJECT = "agent-keys"
STARTED = "REWRAP_STARTED"
OF_AN_AGENT = "its key does not open: its owner enables a new agent for the wallet"
OF_A_MIGRATED_USER = (
    "the key of this user of an older system does not open, and no new agent replaces it: put it"
    " back from a backup of the custody table (docs/operations.md says how)"
)


def command(
    stack: Stack = STACK,
) -> int:
    """Seal every agent's key by the key that SealingAgentKey names; ends with 1 if any is left.

    It may be stopped and run again at any time: what was moved stays moved.
    """
    with failures_explained():
        place = find_place(stack)
        write_down(place, STARTED, SUBJECT)
        moved, unusable = _moved(KeyCare(place))
    for line in unusable:
        _say(line)
    _say(
        f"{counted(moved, 'key')} moved, {len(unusable)} could not be opened, nothing else is left"
    )
    return int(bool(unusable))


def _moved(care: KeyCare) -> tuple[int, list[str]]:
    moved, unusable, page = 0, list[str](), ""
    while True:
        progress = care.ask("rewrap", page=page)
        moved, page = moved + progress["moved"], progress["next_page"]
        unusable += [f"{agent_id}  {OF_AN_AGENT}" for agent_id in progress["unusable"]]
        unusable += [f"{user_id}  {OF_A_MIGRATED_USER}" for user_id in progress["unusable_users"]]
        if not page:
            return moved, unusable
        _say(f"{counted(moved, 'key')} moved so far")


def _say(line: str) -> None:
    Console(soft_wrap=True, highlight=False, markup=False).print(line)
