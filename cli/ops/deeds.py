"""What operators do to users, follows, agents and switches, as commands of `understudy ops`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from cli.errors import CommandError
from cli.files import require_writable, write_json
from cli.ops.operating import Operating, deed_of, operating
from cli.ops.outcomes import tables_of
from cli.ops.place import STACK, Stack, failures_explained, find_place
from cli.ops.switches import switches_on
from cli.printing import print_rows
from understudy.domain.codec import to_plain
from understudy.domain.ids import FollowId, UserId
from understudy.ports.switches import Switch
from understudy.runtime.environment import ADDRESS
from understudy.workflows.requests.operator_switches import OF_USERS, refuse_subject
from understudy.workflows.requests.operators import LOOKING, Deed

MOST_WORDS = 200

Why = Annotated[str, typer.Option("--reason", help="Why; it is kept in the audit.")]
Off = Annotated[bool, typer.Option("--off", help="Let them go on.")]
Json = Annotated[
    Path | None, typer.Option("--json", help="Write what came of it, whole, to this file.")
]
User = Annotated[str, typer.Argument(metavar="USER", help="A user's id, or a wallet's address.")]
Follow = Annotated[str, typer.Argument(metavar="FOLLOW_ID")]


@dataclass(frozen=True, slots=True)
class Asked:
    """What every deed is asked with: why, where, and the file for what comes of it."""

    reason: str
    stack: str
    json: Path | None = None


class Reach(StrEnum):
    """Whom a kill switch stops."""

    GLOBAL = "global"
    VENUE = "venue"
    USER = "user"


def kill(
    reach: Annotated[Reach, typer.Argument(help="Everybody, a venue, or a user.")],
    reason: Why,
    subject: Annotated[
        str, typer.Argument(help="The venue's name; the user's id, or address.")
    ] = "",
    off: Off = False,  # noqa: FBT002  # an option
    stack: Stack = STACK,
    json: Json = None,
) -> int:
    """Turn a kill switch on (or --off), on the copy path and in the signer."""
    return _turn(Switch(f"kill_{reach}"), subject, Asked(reason, stack, json), on=not off)


def blacklist(
    address: Annotated[str, typer.Argument(metavar="ADDRESS")],
    reason: Why,
    off: Off = False,  # noqa: FBT002  # an option
    stack: Stack = STACK,
    json: Json = None,
) -> int:
    """Stop entries after a leader, or of a wallet, with this address."""
    return _turn(Switch.BLACKLISTED, address, Asked(reason, stack, json), on=not off)


def flag(
    user_id: User,
    reason: Why,
    off: Off = False,  # noqa: FBT002  # an option
    stack: Stack = STACK,
    json: Json = None,
) -> int:
    """Stop all entries of a user, who reads the reason."""
    return _turn(Switch.FLAGGED, user_id, Asked(reason, stack, json), on=not off)


def pause(follow_id: Follow, reason: Why, stack: Stack = STACK, json: Json = None) -> int:
    """Pause a follow until it is released."""
    return done(
        Asked(reason, stack, json), lambda at, deed: at.actions.pause(deed, FollowId(follow_id))
    )


def release(follow_id: Follow, reason: Why, stack: Stack = STACK, json: Json = None) -> int:
    """Let the owner of a paused follow start it again."""
    return done(
        Asked(reason, stack, json), lambda at, deed: at.actions.release(deed, FollowId(follow_id))
    )


def revoke(
    user_id: User,
    agent_id: Annotated[str, typer.Argument(metavar="AGENT_ID")],
    reason: Why,
    stack: Stack = STACK,
    json: Json = None,
) -> int:
    """Destroy an agent's key for good; its follows pause."""
    return done(
        Asked(reason, stack, json),
        lambda at, deed: at.actions.revoke(deed, named_user(at, user_id), agent_id),
    )


def rotate(
    user_id: User,
    agent_id: Annotated[str, typer.Argument(metavar="AGENT_ID")],
    reason: Why,
    stack: Stack = STACK,
    json: Json = None,
) -> int:
    """Have an agent's successor prepared within minutes; its wallet has to sign it."""
    return done(
        Asked(reason, stack, json),
        lambda at, deed: at.actions.rotate(deed, named_user(at, user_id), agent_id),
    )


def user(
    named: User,
    stack: Stack = STACK,
    json: Json = None,
) -> int:
    """Show a user with wallets, agents, follows, living sessions and switches that are on."""
    return done(
        Asked(LOOKING, stack, json), lambda at, deed: at.actions.look(deed, named_user(at, named))
    )


def switches(stack: Stack = STACK, json: Json = None) -> int:
    """List every switch that operators have turned on: when last, by whom and why."""
    return done(Asked(LOOKING, stack, json), lambda at, _: switches_on(at))


def register(app: typer.Typer) -> None:
    """Add the commands to a group."""
    for command in (kill, blacklist, flag, pause, release, revoke, rotate, user, switches):
        app.command(command.__name__)(command)


def named_user(at: Operating, named: str) -> UserId:
    """Read a user's id, or find it by a wallet's address in any case.

    Raises CommandError USER_INVALID for what begins like an address and is none, NotFoundError.
    """
    if not named.lower().startswith("0x"):
        return UserId(named)
    if not ADDRESS.fullmatch(named.lower()):
        raise CommandError(
            "USER_INVALID",
            f"{named!r} is neither a user's id nor an address",
            "name the id, or the address of a wallet that has signed in: 0x and 40 hex digits",
        )
    return at.actions.user_of(named)


def _turn(switch: Switch, subject: str, asked: Asked, *, on: bool) -> int:
    with failures_explained():
        refuse_subject(switch, subject)  # before anything is asked

    def turn(at: Operating, deed: Deed) -> Any:
        named = named_user(at, subject) if switch in OF_USERS else subject
        return at.switches.turn(deed, switch, named, on=on)

    return done(asked, turn)


def require_reason(reason: str) -> None:
    """Raise CommandError for a reason that the audit could not keep."""
    if not 0 < len(reason.strip()) <= MOST_WORDS or not reason.isprintable():
        said = f"say in 1 to {MOST_WORDS} printable characters why"
        raise CommandError("USAGE", said, '--reason "ticket 4711: …"')


def done(asked: Asked, do: Callable[[Operating, Deed], Any]) -> int:
    """Do something to a stack as an operator and print what comes of it; raises CommandError."""
    require_reason(asked.reason)
    require_writable(asked.json)
    with failures_explained():
        place = find_place(asked.stack)
        outcome = do(operating(place), deed_of(place, asked.reason))
    if asked.json is not None:
        write_json(asked.json, to_plain(outcome))
    console = Console(soft_wrap=True, highlight=False, markup=False)
    for each in tables_of(outcome):
        if isinstance(each, str):
            console.print(each)
        else:
            print_rows(console, each)
    return 0
