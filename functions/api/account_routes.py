"""My account as a whole: the terms it stands on, everything stored about it, and its end."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from understudy.workflows.requests.terms import CurrentTerms
from understudy.workflows.requests.wallets import Person

from .fields import Address
from .routing import Access, Call, Handle, Rare, Request, Route

Version = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=64)]
Cursor = Annotated[str, StringConstraints(max_length=1024)]


class AcceptedTerms(Request):
    """Which terms are accepted, as GET /v1/terms names them."""

    version: Version


class ExportQuery(Request):
    """From where receipts go on; `copies.cursor` of the page before."""

    cursor: Cursor = ""


class Deletion(Request):
    """The wallet that I am signed in with, and what becomes of positions that are open."""

    address: Address
    positions: Literal["close_now", "keep"] = "close_now"


def terms(call: Call) -> CurrentTerms:
    """Show the terms."""
    return call.services.terms.current


def accept_terms(call: Call) -> Person:
    """Accept the terms."""
    accepted: AcceptedTerms = call.body
    return call.services.terms.accept(call.user_id, accepted.version)


def _export() -> Handle:
    from .leaving import export  # noqa: PLC0415

    return export


def _delete() -> Handle:
    from .leaving import delete  # noqa: PLC0415

    return delete


ROUTES = (
    Route("GET", "/v1/terms", "Show the terms; no version, no terms", terms, Access.OPEN),
    Route(
        "POST",
        "/v1/terms/accept",
        "Accept the terms; until then nothing new begins",
        accept_terms,
        body=AcceptedTerms,
    ),
    Route(
        "GET",
        "/v1/me/export",
        "Give everything that is stored about me",
        Rare(_export),
        Access.MONEY,  # it is everything at once: a session that has just ended gets none of it
        query=ExportQuery,
    ),
    Route(
        "POST",
        "/v1/me/deletion",
        "Delete my account; ask again until it is DELETED",
        Rare(_delete),
        body=Deletion,
    ),
)
