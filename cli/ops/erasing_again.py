"""`understudy ops erase-again`: after a restore, whoever was erased and is back is erased again."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from cli.audit import rows_of
from cli.counting import counted
from cli.ops.deeds import Why, require_reason
from cli.ops.operating import deed_of
from cli.ops.place import STACK, Place, Stack, failures_explained, find_place
from understudy.adapters.aws.account_store import DynamoAccountStore
from understudy.adapters.aws.follow_directory import DynamoFollowDirectory
from understudy.adapters.aws.identity_store import DynamoIdentityStore
from understudy.adapters.aws.table import Table
from understudy.adapters.clock import SystemClock
from understudy.workflows.requests.erasing_again import ErasingAgain, Returned
from understudy.workflows.requests.operators import OperatorRecord


def command(
    reason: Why,
    stack: Stack = STACK,
    yes: Annotated[bool, typer.Option("--yes", help="Erase them; else only look.")] = False,  # noqa: FBT002  # an option
) -> int:
    """Find who was erased and is back, as after a restore; with --yes have them erased again."""
    require_reason(reason)
    with failures_explained():
        place = find_place(stack)
        erasing = erasing_again(place)
        found = erasing.found()
        for each in found:
            if yes:
                erasing.erase(deed_of(place, reason), each)
            _say(f"{each.user_id}  {_told(each)}")
    _say(_summed_up(len(found), yes=yes))
    return 0


def erasing_again(place: Place) -> ErasingAgain:
    """Give the workflow on a stack."""
    dynamodb, trail = place.client("dynamodb"), place.audit_trail()
    people = Table(dynamodb, place.resource("IdentityTable"))
    return ErasingAgain(
        rows=rows_of(place),
        identity=DynamoIdentityStore(people),
        directory=DynamoFollowDirectory(Table(dynamodb, place.resource("CopyingTable"))),
        closings=DynamoAccountStore(people, trail),
        record=OperatorRecord(trail, SystemClock()),
    )


def _told(each: Returned) -> str:
    account = "account" if each.has_account else "no account"
    return f"was erased and is back: {account}, {counted(each.follows, 'follow')}"


def _summed_up(count: int, *, yes: bool) -> str:
    if not count:
        return "nobody who was erased is back"
    if not yes:
        return f"{counted(count, 'user')} to erase again: say --yes"
    return f"{counted(count, 'user')} erased within minutes; run it again until it finds nobody"


def _say(line: str) -> None:
    Console(soft_wrap=True, highlight=False, markup=False).print(line)
