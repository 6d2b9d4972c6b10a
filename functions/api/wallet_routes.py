"""Who I am, and my wallets."""

from __future__ import annotations

from typing import Any

from understudy.workflows.requests.wallets import person

from .routing import Access, Call, Route


def me(call: Call) -> Any:
    """Show the caller."""
    return person(call.services.identity, call.user_id)


def wallets(call: Call) -> dict[str, Any]:
    """Show the caller's wallets."""
    return {"items": call.services.identity.wallets(call.user_id)}


ROUTES = (
    Route("GET", "/v1/me", "Show who I am, with my wallets", me, Access.USER),
    Route("GET", "/v1/wallets", "List my wallets", wallets, Access.USER),
)
