"""Both providers on one port of this machine: their key sets where the real ones have them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiohttp import web

from simulators.identity.control import PROVIDERS, add_bench, errors_are_400
from simulators.identity.provider import (
    DYNAMIC_ENVIRONMENT,
    PRIVY_APP_ID,
    Outage,
    Provider,
    new_providers,
)
from simulators.loopback import listening

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

KEY_SETS = {
    "privy": f"/api/v1/apps/{PRIVY_APP_ID}/jwks.json",
    "dynamic": f"/api/v0/sdk/{DYNAMIC_ENVIRONMENT}/.well-known/jwks",
}
HANG_SECONDS = 20
ELSEWHERE = "http://localhost:9/jwks.json"


def serving(port: int) -> AbstractAsyncContextManager[int]:
    """Serve on the loopback, with new keys; give the port."""
    providers = new_providers()
    app = web.Application(middlewares=[errors_are_400])
    app[PROVIDERS] = providers
    for name, path in KEY_SETS.items():
        app.router.add_get(path, _KeySet(providers[name]).answer)
    add_bench(app.router)
    return listening(app, port)


class _KeySet:
    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    async def answer(self, _: web.Request) -> web.Response:
        self._provider.requests += 1
        outage = self._provider.outage
        if outage is Outage.HANG:
            await asyncio.sleep(HANG_SECONDS)
        if outage in {Outage.ERROR, Outage.HANG}:
            return web.Response(status=500)
        if outage is Outage.GARBAGE:
            return web.Response(text="<html>be right back</html>", content_type="text/html")
        if outage is Outage.REDIRECT:
            return web.Response(status=302, headers={"Location": ELSEWHERE})
        return web.json_response(self._provider.chain.key_set())
