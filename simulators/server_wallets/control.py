"""The test bench under `/_simulator/`: latency, rate limits, outages, lost and late creations.

Local use only: whoever reaches the port may be anybody.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from aiohttp import web

from simulators.server_wallets.provider import Misfortune, Refused, WalletProvider

if TYPE_CHECKING:
    from typing import Any

PROVIDER: web.AppKey[WalletProvider] = web.AppKey("provider", WalletProvider)
BENCH = "/_simulator/"


def add_bench(router: web.UrlDispatcher) -> None:
    """Mount the test bench."""
    router.add_get(f"{BENCH}health", health)
    router.add_post(f"{BENCH}weather", weather)
    router.add_post(f"{BENCH}finish", finish)


async def health(request: web.Request) -> web.Response:
    """Say how many wallets there are, what was asked for, and what befalls requests."""
    provider = request.app[PROVIDER]
    return web.json_response(
        {
            "status": "ok",
            "wallets": len(provider.wallets),
            "calls": dict(provider.calls),
            "misfortune": provider.misfortune,
        }
    )


async def weather(request: web.Request) -> web.Response:
    """Choose what befalls requests from now on; what is not named stays as it is."""
    provider, sent = request.app[PROVIDER], json.loads(await request.read() or b"{}")
    for name, read in _WEATHER.items():
        if name in sent:
            setattr(provider, name, _read(read, sent[name]))
    return await health(request)


async def finish(request: web.Request) -> web.Response:
    """Let late creations be ready."""
    request.app[PROVIDER].finish_creations()
    return await health(request)


def _read(read: Any, value: object) -> Any:
    try:
        return read(value)
    except (TypeError, ValueError) as error:
        raise Refused(400) from error


_WEATHER: dict[str, Any] = {
    "misfortune": Misfortune,
    "latency_seconds": float,
    "rate_limited": int,
    "retry_after_seconds": str,
}
