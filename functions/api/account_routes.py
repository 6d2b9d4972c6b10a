"""My account as a whole: the terms it stands on, everything stored about it, and its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import StringConstraints

from understudy.domain.limits import OnStop

from .fields import Address
from .routing import Access, Call, Request, Route

if TYPE_CHECKING:
    from understudy.workflows.requests.account_deletion import DeletionView
    from understudy.workflows.requests.account_export import AccountExport
    from understudy.workflows.requests.terms import CurrentTerms
    from understudy.workflows.requests.wallets import Person

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


def export(call: Call) -> AccountExport:
    """Show everything."""
    query: ExportQuery = call.query
    return call.services.seldom.exports.of_user(call.user_id, query.cursor)


def delete(call: Call) -> DeletionView:
    """Delete the account, as far as can be done now."""
    wish: Deletion = call.body
    on_stop = OnStop(wish.positions)
    return call.services.seldom.deletion.confirmed(call.bearer, wish.address, on_stop)


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
        export,
        Access.MONEY,  # it is everything at once: a session that has just ended gets none of it
        query=ExportQuery,
    ),
    Route(
        "POST",
        "/v1/me/deletion",
        "Delete my account; what has to wait goes on by itself until it is DELETED",
        delete,
        body=Deletion,
        fresh=True,
    ),
)
