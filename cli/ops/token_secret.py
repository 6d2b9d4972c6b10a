"""`understudy ops token-secret`: a new secret behind our tokens, without signing anybody out."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from cli.errors import CommandError
from cli.ops.deeds import Why, require_reason
from cli.ops.operating import deed_of
from cli.ops.place import STACK, Place, Stack, failures_explained, find_place, name_stack
from understudy.adapters.aws.token_secret import (
    CURRENT,
    KEPT_SECONDS,
    PREVIOUS,
    SIGNS_AFTER_SECONDS,
)
from understudy.domain.audit import AuditEntry
from understudy.workflows.requests.operators import Deed
from understudy.workflows.requests.sessions import REFRESH_LIFETIME_MS

if TYPE_CHECKING:
    from collections.abc import Mapping

SUBJECT = "token-secret"
OPERATORS_SUBJECT = "operator-token-secret"
ROTATED = "TOKEN_SECRET_ROTATED"
SECRET_BYTES = 48
# A secret goes on signing while its successor is new, and what it signed last lives this long.
OUTLIVED_AFTER = timedelta(
    milliseconds=REFRESH_LIFETIME_MS, seconds=SIGNS_AFTER_SECONDS + KEPT_SECONDS
)

app = typer.Typer(
    name=SUBJECT,
    help="Rotate the secret behind access and refresh tokens.",
    callback=name_stack,
)


@dataclass(frozen=True, slots=True)
class Rotation:
    """One rotation: who wants it and why, of whose secret, and whether all are to sign in again."""

    deed: Deed
    signs_out: bool
    of_operators: bool = False


@app.command("rotate")
def rotate_secret(
    reason: Why,
    sign_everybody_out: Annotated[  # noqa: FBT002  # an option
        bool,
        typer.Option(help="Drop the old secret too, as after a leak: all sign in again."),
    ] = False,
    operators: Annotated[  # noqa: FBT002  # an option
        bool, typer.Option("--operators", help="The secret of the operators' door instead.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do sign everybody out.")] = False,  # noqa: FBT002  # an option
    stack: Stack = STACK,
) -> int:
    """Make a new secret. It signs six minutes later; the old one is accepted beside it."""
    require_reason(reason)
    if sign_everybody_out and not yes:
        whom = "operator" if operators else "user"
        remedy = f"add --yes to end the sessions of every {whom}"
        raise CommandError("NOT_CONFIRMED", "nothing was rotated", remedy)
    with failures_explained():
        place = find_place(stack)
        said = rotated(place, Rotation(deed_of(place, reason), sign_everybody_out, operators))
    Console(soft_wrap=True, highlight=False, markup=False).print(said)
    return 0


def rotated(place: Place, rotation: Rotation) -> str:
    """Rotate and say what holds; raises CommandError where that would sign somebody out."""
    client = place.client("secretsmanager")
    name = place.resource("OperatorTokenSecret" if rotation.of_operators else "TokenSecret")
    subject = OPERATORS_SUBJECT if rotation.of_operators else SUBJECT
    if not rotation.signs_out:
        listed = client.list_secret_version_ids(SecretId=name)["Versions"]
        now = datetime.fromtimestamp(rotation.deed.at_ms // 1000, UTC)
        _refuse_to_sign_out(_made_at(listed), now)
    facts = {**rotation.deed.facts, "signs_out": rotation.signs_out}
    # Written first: a rotation that nobody knows of is worse than one that was only meant.
    place.audit_trail().append(AuditEntry(ROTATED, subject, rotation.deed.at_ms, facts))
    for _ in range(2 if rotation.signs_out else 1):
        client.put_secret_value(SecretId=name, SecretString=secrets.token_urlsafe(SECRET_BYTES))
    if rotation.signs_out:
        return f"rotated; within {KEPT_SECONDS // 60} minutes nobody is signed in any more"
    return f"rotated; the new secret signs in {SIGNS_AFTER_SECONDS // 60} minutes"


def _made_at(versions: list[Mapping[str, object]]) -> dict[str, datetime]:
    found: dict[str, datetime] = {}
    for version in versions:
        stages, made_at = version.get("VersionStages"), version["CreatedDate"]
        if isinstance(stages, list) and isinstance(made_at, datetime):
            found |= dict.fromkeys(stages, made_at)
    return found


def _refuse_to_sign_out(made_at: Mapping[str, datetime], now: datetime) -> None:
    """Refuse to drop a secret that somebody's refresh token may still be signed with."""
    if PREVIOUS not in made_at:
        return
    free_from = made_at[CURRENT] + OUTLIVED_AFTER
    if now < free_from:
        raise CommandError(
            "ROTATED_LATELY",
            "refresh tokens of the secret before this one may still live",
            f"rotate after {free_from:%Y-%m-%d %H:%M} UTC; after a leak add --sign-everybody-out",
        )
