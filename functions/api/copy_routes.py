"""Receipts: what was copied, what was not, and why."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from understudy.domain.ids import CopyId, FollowId
from understudy.domain.receipts import Receipt
from understudy.ports.directory import Page
from understudy.workflows.requests.copies import LogLine

from .fields import Identity
from .routing import Access, Call, Request, Route


class PageQuery(Request):
    """How many, and from where; `cursor` comes from the page before."""

    limit: Annotated[int, Field(ge=1, le=100)] = 50
    cursor: Annotated[str, StringConstraints(max_length=1024)] = ""


class CopiesQuery(PageQuery):
    """Of which follow; of all without one."""

    follow_id: Identity | None = None


def copies(call: Call) -> Page[Receipt]:
    """Show receipts, newest first."""
    query: CopiesQuery = call.query
    listing = call.services.copies
    if query.follow_id is None:
        return listing.of_user(call.user_id, query.limit, query.cursor)
    follow_id = FollowId(query.follow_id)
    return listing.of_follow(call.user_id, follow_id, query.limit, query.cursor)


def receipt(call: Call) -> Receipt:
    """Show one receipt."""
    return call.services.copies.one(call.user_id, CopyId(call.path["copy_id"]))


def log(call: Call) -> Page[LogLine]:
    """Show receipts as lines."""
    query: PageQuery = call.query
    return call.services.copies.log(call.user_id, query.limit, query.cursor)


ROUTES = (
    Route("GET", "/v1/copies", "List receipts", copies, Access.USER, query=CopiesQuery),
    Route("GET", "/v1/copies/{copy_id}", "Show a receipt", receipt, Access.USER),
    Route("GET", "/v1/copy/logs", "List copies as lines", log, Access.USER, query=PageQuery),
)
