"""The page that a test bench's address leads to: its routes, and where their fields are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

INDEX = "/_simulator/"


def index_told_by(page: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Return a handler that lists the application's routes and names the page about them."""

    async def index(request: web.Request) -> web.Response:
        routes = sorted(
            f"{route.method} {route.resource.canonical}"
            for route in request.app.router.routes()
            if route.resource is not None and route.method != "HEAD"
        )
        return web.json_response({"routes": routes, "fields": page})

    return index
