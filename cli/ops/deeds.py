"""What operators do to users, follows, agents and switches, as commands of `understudy ops`."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.console import Console

from cli.errors import CommandError
from cli.ops.operating import Operating, deed_of, operating
from cli.ops.place import STACK, failures_explained, find_place
from understudy.domain.codec import to_plain
from understudy.domain.ids import FollowId, UserId
from understudy.ports.switches import Switch
from understudy.workflows.requests.operator_actions import LOOKING
from understudy.workflows.requests.operators import Deed

MOST_WORDS = 200

Why = Annotated[str, typer.Option("--reason", help="Why; it is kept in the audit.")]
Off = Annotated[bool, typer.Option("--off", help="Let them go on.")]
Stack = Annotated[
    str, typer.Option("--stack", help="The stack's name, on AWS or at AWS_ENDPOINT_URL.")
]
User = Annotated[str, typer.Argument(metavar="USER_ID")]
Follow = Annotated[str, typer.Argument(metavar="FOLLOW_ID")]


class Reach(StrEnum):
    """Whom a kill switch stops."""

    GLOBAL = "global"
    VENUE = "venue"
    USER = "user"


def kill(
    reach: Annotated[Reach, typer.Argument(help="Everybody, a venue, or a user.")],
    reason: Why,
    subject: Annotated[str, typer.Argument(help="The venue's name or the user's id.")] = "",
    off: Off = False,  # noqa: FBT002  # an option
    stack: Stack = STACK,
) -> int:
    """Turn a kill switch on (or --off), on the copy path and in the signer."""
    return _turn(Switch(f"kill_{reach}"), subject, reason, stack, on=not off)


def blacklist(
    address: Annotated[str, typer.Argument(metavar="ADDRESS")],
    reason: Why,
    off: Off = False,  # noqa: FBT002  # an option
    stack: Stack = STACK,
) -> int:
    """Stop entries after a leader, or of a wallet, with this address."""
    return _turn(Switch.BLACKLISTED, address, reason, stack, on=not off)


def flag(
    user_id: User,
    reason: Why,
    off: Off = False,  # noqa: FBT002  # an option
    stack: Stack = STACK,
) -> int:
    """Stop all entries of a user, who reads the reason."""
    return _turn(Switch.FLAGGED, user_id, reason, stack, on=not off)


def pause(follow_id: Follow, reason: Why, stack: Stack = STACK) -> int:
    """Pause a follow until it is released."""
    return done(reason, stack, lambda at, deed: at.actions.pause(deed, FollowId(follow_id)))


def release(follow_id: Follow, reason: Why, stack: Stack = STACK) -> int:
    """Let the owner of a paused follow start it again."""
    return done(reason, stack, lambda at, deed: at.actions.release(deed, FollowId(follow_id)))


def revoke(
    user_id: User,
    agent_id: Annotated[str, typer.Argument(metavar="AGENT_ID")],
    reason: Why,
    stack: Stack = STACK,
) -> int:
    """Destroy an agent's key for good; its follows pause."""
    named = UserId(user_id)
    return done(reason, stack, lambda at, deed: at.actions.revoke(deed, named, agent_id))


def rotate(
    user_id: User,
    agent_id: Annotated[str, typer.Argument(metavar="AGENT_ID")],
    reason: Why,
    stack: Stack = STACK,
) -> int:
    """Have an agent's successor prepared within minutes; its wallet has to sign it."""
    named = UserId(user_id)
    return done(reason, stack, lambda at, deed: at.actions.rotate(deed, named, agent_id))


def user(
    named: Annotated[str, typer.Argument(metavar="USER_ID or ADDRESS")], stack: Stack = STACK
) -> int:
    """Show a user with wallets, agents, follows, living sessions and switches that are on."""

    def look(at: Operating, deed: Deed) -> Any:
        is_address = named.startswith("0x")
        user_id = at.actions.user_of(named) if is_address else UserId(named)
        return at.actions.look(deed, user_id)

    return done(LOOKING, stack, look)


def register(app: typer.Typer) -> None:
    """Add the commands to a group."""
    for command in (kill, blacklist, flag, pause, release, revoke, rotate, user):
        app.command(command.__name__)(command)


def _turn(switch: Switch, subject: str, reason: str, stack: str, *, on: bool) -> int:
    return done(reason, stack, lambda at, deed: at.switches.turn(deed, switch, subject, on=on))


def done(reason: str, stack: str, do: Callable[[Operating, Deed], Any]) -> int:
    """Do something to a stack as an operator and print what comes of it; raises CommandError."""
    if not 0 < len(reason.strip()) <= MOST_WORDS or not reason.isprintable():
        said = f"say in 1 to {MOST_WORDS} printable characters why"
        raise CommandError("USAGE", said, '--reason "ticket 4711: …"')
    with failures_explained():
        place = find_place(stack)
        shown = do(operating(place), deed_of(place, reason))
    Console(soft_wrap=True, highlight=False, markup=False).print_json(data=to_plain(shown))
    return 0
