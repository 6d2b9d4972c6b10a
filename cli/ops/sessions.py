"""`understudy ops sessions`: ends one, a user's or everybody's; access tokens die with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import typer

from cli.ops.deeds import Asked, Json, User, Why, done, named_user
from cli.ops.operating import Operating
from cli.ops.place import STACK, Stack, name_stack
from understudy.domain.ids import UserId
from understudy.workflows.requests.operators import Deed

Session = Annotated[
    str,
    typer.Argument(metavar="SESSION_ID", help="As `ops user` lists them, or the audit has them."),
]
Operator = Annotated[str, typer.Argument(metavar="ADDRESS", help="The operator's wallet.")]


@dataclass(frozen=True, slots=True)
class Ended:
    """What is printed of sessions that are over, as the API shows it."""

    ended: bool = True


app = typer.Typer(
    name="sessions",
    help="End sessions; who signs in afterwards is let in.",
    callback=name_stack,
)


@app.command("end")
def end_one(session_id: Session, reason: Why, stack: Stack = STACK, json: Json = None) -> int:
    """End one session, whoever's it is."""
    return _ended(Asked(reason, stack, json), lambda at, deed: at.endings.one(deed, session_id))


@app.command("end-users")
def end_of_a_user(user_id: User, reason: Why, stack: Stack = STACK, json: Json = None) -> int:
    """End every session that a user has opened until now."""
    return _ended(
        Asked(reason, stack, json),
        lambda at, deed: at.endings.users.all_of(named_user(at, user_id), deed),
    )


@app.command("end-operators")
def end_of_an_operator(
    address: Operator, reason: Why, stack: Stack = STACK, json: Json = None
) -> int:
    """End every session that an operator has opened until now at the operators' door."""
    return _ended(
        Asked(reason, stack, json),
        lambda at, deed: at.endings.operators.all_of(UserId(address.lower()), deed),
    )


@app.command("end-everybodys")
def end_everybodys(reason: Why, stack: Stack = STACK, json: Json = None) -> int:
    """End every session that anybody has opened until now, operators' too."""
    return _ended(Asked(reason, stack, json), lambda at, deed: at.endings.everybodys(deed))


def _ended(asked: Asked, end: Callable[[Operating, Deed], None]) -> int:
    def do(at: Operating, deed: Deed) -> Ended:
        end(at, deed)
        return Ended()

    return done(asked, do)
