"""Receipts: what was copied, what was not, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from understudy.domain.ids import CopyId, FollowId
from understudy.domain.reasons import Reason
from understudy.domain.receipts import CopyStatus, Receipt
from understudy.ports.directory import Page
from understudy.workflows.requests.wanted import Wanted

from .fields import Identity, Symbol
from .routing import Access, Call, Request, Route

if TYPE_CHECKING:
    from understudy.workflows.requests.copies import LogLine

FEWER = "it may then hold fewer than limit, even none; go on while there is a cursor."


class PageQuery(Request):
    """How many, from where, and which; `cursor` comes from the page before."""

    limit: Annotated[int, Field(ge=1, le=100, description="Most receipts of a page.")] = 50
    cursor: Annotated[
        str, Field(max_length=1024, description="Where the page before ended; its cursor.")
    ] = ""
    status: Annotated[
        CopyStatus | None,
        Field(description=f"Only these, picked from each page: {FEWER}"),
    ] = None
    reason: Annotated[Reason | None, Field(description=f"The same by reason: {FEWER}")] = None
    symbol: Annotated[Symbol | None, Field(description=f"The same by symbol: {FEWER}")] = None

    def wanted(self) -> Wanted:
        """Give what is to be shown."""
        return Wanted(self.status, self.reason, self.symbol)


class CopiesQuery(PageQuery):
    """Of which follow; of all without one."""

    follow_id: Annotated[
        Identity | None, Field(description="Only of this follow; of all without one.")
    ] = None


def copies(call: Call) -> Page[Receipt]:
    """Show receipts, newest first."""
    query: CopiesQuery = call.query
    listing = call.services.copies
    page = (query.limit, query.cursor, query.wanted())
    if query.follow_id is None:
        return listing.of_user(call.user_id, *page)
    return listing.of_follow(call.user_id, FollowId(query.follow_id), *page)


def receipt(call: Call) -> Receipt:
    """Show one receipt."""
    return call.services.copies.one(call.user_id, CopyId(call.path["copy_id"]))


def log(call: Call) -> Page[LogLine]:
    """Show receipts as lines."""
    query: PageQuery = call.query
    return call.services.copies.log(call.user_id, query.limit, query.cursor, query.wanted())


ROUTES = (
    Route("GET", "/v1/copies", "List receipts", copies, Access.USER, query=CopiesQuery),
    Route("GET", "/v1/copies/{copy_id}", "Show a receipt", receipt, Access.USER),
    Route("GET", "/v1/copy/logs", "List copies as lines", log, Access.USER, query=PageQuery),
)
