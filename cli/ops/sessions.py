"""`understudy ops sessions`: ends one, a user's or everybody's; access tokens die with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import typer

from cli.ops.deeds import Stack, User, Why, done
from cli.ops.operating import Operating
from cli.ops.place import STACK
from understudy.domain.ids import UserId
from understudy.workflows.requests.operators import Deed
from understudy.workflows.requests.session_endings import SessionEndings

Session = Annotated[str, typer.Argument(metavar="SESSION_ID", help="As `ops user` lists them.")]


@dataclass(frozen=True, slots=True)
class Ended:
    """What is printed of sessions that are over, as the API shows it."""

    ended: bool = True


app = typer.Typer(name="sessions", help="End sessions; who signs in afterwards is let in.")


@app.command("end")
def end_one(session_id: Session, reason: Why, stack: Stack = STACK) -> int:
    """End one session, whoever's it is."""
    return _ended(reason, stack, lambda endings, deed: endings.one(deed, session_id))


@app.command("end-users")
def end_of_a_user(user_id: User, reason: Why, stack: Stack = STACK) -> int:
    """End every session that a user has opened until now."""
    return _ended(reason, stack, lambda endings, deed: endings.all_of(UserId(user_id), deed))


@app.command("end-everybodys")
def end_everybodys(reason: Why, stack: Stack = STACK) -> int:
    """End every session that anybody has opened until now, operators' too."""
    return _ended(reason, stack, lambda endings, deed: endings.everybodys(deed))


def _ended(reason: str, stack: str, end: Callable[[SessionEndings, Deed], None]) -> int:
    def do(at: Operating, deed: Deed) -> Ended:
        end(at.endings, deed)
        return Ended()

    return done(reason, stack, do)
