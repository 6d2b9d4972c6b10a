"""The provider over HTTP on the loopback, its test bench under `/_simulator/`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aiohttp import web

from simulators.loopback import listening
from simulators.server_wallets.control import PROVIDER, add_bench
from simulators.server_wallets.provider import Misfortune, Refused, WalletProvider

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextlib import AbstractAsyncContextManager

WALLETS = "/v1/wallets"
DIGEST_BYTES = 32


def serving(provider: WalletProvider, port: int) -> AbstractAsyncContextManager[int]:
    """Serve a provider; give the port."""
    app = web.Application(middlewares=[refusals_are_answers])
    app[PROVIDER] = provider
    app.router.add_get(WALLETS, find)
    app.router.add_post(WALLETS, create)
    app.router.add_post(f"{WALLETS}/{{wallet_id}}/signatures", sign)
    app.router.add_delete(f"{WALLETS}/{{wallet_id}}", revoke)
    add_bench(app.router)
    return listening(app, port)


@web.middleware
async def refusals_are_answers(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Answer what the provider refuses with its status."""
    try:
        return await handler(request)
    except Refused as refused:
        headers = {"Retry-After": refused.retry_after_seconds} if refused.status == 429 else {}  # noqa: PLR2004  # too many requests
        return web.json_response({"error": str(refused)}, status=refused.status, headers=headers)


async def find(request: web.Request) -> web.Response:
    """Answer the wallets of a name."""
    provider = await _admitted(request, "find")
    found = provider.named(request.query.get("name", ""))
    return web.json_response({"wallets": [each.shown() for each in found]})


async def create(request: web.Request) -> web.Response:
    """Make a wallet, or answer the one that was made for the same idempotency key."""
    provider = await _admitted(request, "create")
    name = (await _body(request)).get("name", "")
    wallet = provider.create(str(name), request.headers.get("Idempotency-Key", ""))
    if provider.misfortune is Misfortune.CREATION_ANSWER_LOST and request.transport is not None:
        request.transport.close()
    return web.json_response(wallet.shown(), status=201)


async def sign(request: web.Request) -> web.Response:
    """Sign a digest."""
    provider = await _admitted(request, "sign")
    try:
        digest = bytes.fromhex(str((await _body(request)).get("digest", "")))
    except ValueError as error:
        raise Refused(400) from error
    if len(digest) != DIGEST_BYTES:
        raise Refused(400)
    signature = provider.sign(request.match_info["wallet_id"], digest)
    return web.json_response({"signature": signature.hex()})


async def revoke(request: web.Request) -> web.Response:
    """Take a wallet out of use."""
    provider = await _admitted(request, "revoke")
    return web.json_response(provider.revoke(request.match_info["wallet_id"]).shown())


async def _admitted(request: web.Request, call: str) -> WalletProvider:
    provider = request.app[PROVIDER]
    await provider.admit(call, request.headers.get("Authorization", ""))
    return provider


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        sent = json.loads(await request.read())
    except ValueError as error:
        raise Refused(400) from error
    if not isinstance(sent, dict):
        raise Refused(400)
    return sent
