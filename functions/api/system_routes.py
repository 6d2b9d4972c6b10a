"""Whether the system works, and its own description."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from .routing import Access, Call, Route

if TYPE_CHECKING:
    from collections.abc import Callable

    from understudy.workflows.requests.system_status import SystemView


def health(_: Call) -> dict[Literal["status"], Literal["OK"]]:
    """Say that the API answers; it asks nobody else."""
    return {"status": "OK"}


def status(call: Call) -> SystemView:
    """Show every dependency."""
    return call.services.system.now()


def page(_: Call) -> str:
    """Show the OpenAPI document as a page that needs nothing from elsewhere."""
    return Path(__file__).with_name("docs.html").read_text()


def system_routes(others: Callable[[], tuple[Route, ...]]) -> tuple[Route, ...]:
    """Give the routes about the system; its description is of these and the others."""

    @cache
    def written() -> dict[str, Any]:
        # Written for the rare reader, and once: a cold start pays nothing, who asks again little.
        from .openapi import document  # noqa: PLC0415

        return document((*others(), *own))

    def description(_: Call) -> dict[str, Any]:
        return written()

    own = (
        Route("GET", "/health", "Say that the API answers", health, Access.OPEN, counted=False),
        Route(
            "GET",
            "/v1/system/status",
            "Show what the system depends on, and what is missing",
            status,
            Access.OPEN,
        ),
        Route("GET", "/openapi.json", "Describe the API", description, Access.OPEN),
        Route("GET", "/docs", "Describe the API as a page", page, Access.OPEN),
    )
    return own
