"""The test bench under `/_simulator/`: signs users in, rotates keys, breaks the key set's answers.

Local use only: whoever reaches the port may be anybody.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aiohttp import web

from simulators.bench_index import INDEX, index_told_by
from simulators.identity.provider import Outage, Provider, SignedInUser

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

PROVIDERS: web.AppKey[dict[str, Provider]] = web.AppKey("providers", dict)


class BenchError(ValueError):
    """The request cannot be carried out; the text says what to write."""


def add_bench(router: web.UrlDispatcher) -> None:
    """Mount the test bench."""
    router.add_get(INDEX, index_told_by("simulators/identity/README.md"))
    router.add_get(f"{INDEX}health", health)
    router.add_post(f"{INDEX}{{provider}}/tokens", give_tokens)
    router.add_post(f"{INDEX}{{provider}}/rotate", rotate)
    router.add_post(f"{INDEX}{{provider}}/outage", break_key_set)


@web.middleware
async def errors_are_400(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Answer what cannot be done with 400 and the reason."""
    try:
        return await handler(request)
    except BenchError as error:
        return web.json_response({"error": str(error)}, status=400)


async def health(request: web.Request) -> web.Response:
    """Say how often each key set was asked for, and in what state it is."""
    shown = {
        name: {"outage": each.outage, "keys": len(each.chain.keys), "requests": each.requests}
        for name, each in request.app[PROVIDERS].items()
    }
    return web.json_response({"status": "ok", "providers": shown})


async def give_tokens(request: web.Request) -> web.Response:
    """Give the tokens of a user who signs in now."""
    provider = _provider(request)
    sent = await _fields(request, {"subject", "wallets", "claims"})
    subject, wallets, claims = sent.get("subject"), sent.get("wallets", []), sent.get("claims", {})
    if not isinstance(subject, str) or not subject:
        raise BenchError("subject must be a string")
    if not isinstance(wallets, list) or not all(map(_is_wallet, wallets)):
        raise BenchError('wallets must be a list of {"address": "0x…", "embedded": true or false}')
    if not isinstance(claims, dict):
        raise BenchError("claims must be an object: what replaces the claims of a good token")
    return web.json_response(provider.tokens(SignedInUser(subject, tuple(wallets), claims)))


async def rotate(request: web.Request) -> web.Response:
    """Sign with a new key from now on."""
    provider = _provider(request)
    sent = await _fields(request, {"keep_old"})
    keep_old = sent.get("keep_old", True)
    if not isinstance(keep_old, bool):
        raise BenchError("keep_old must be true or false")
    provider.chain.rotate(keep_old=keep_old)
    return web.json_response({"key_id": provider.chain.newest.key_id})


async def break_key_set(request: web.Request) -> web.Response:
    """Choose what becomes of requests for the key set."""
    provider = _provider(request)
    sent = await _fields(request, {"kind"})
    if sent.get("kind") not in list(Outage):
        raise BenchError(f"kind must be one of {', '.join(Outage)}")
    provider.outage = Outage(sent["kind"])
    return web.json_response({"outage": provider.outage})


def _provider(request: web.Request) -> Provider:
    providers = request.app[PROVIDERS]
    name = request.match_info["provider"]
    if name not in providers:
        raise BenchError(f"the provider must be one of {', '.join(providers)}")
    return providers[name]


def _is_wallet(wallet: Any) -> bool:
    return isinstance(wallet, dict) and isinstance(wallet.get("address"), str)


async def _fields(request: web.Request, known: set[str]) -> dict[str, Any]:
    try:
        sent = json.loads(await request.read() or b"{}")
    except ValueError as error:
        raise BenchError("the body is no JSON") from error
    if not isinstance(sent, dict) or not known >= set(sent):
        raise BenchError(f"the body must be an object with {', '.join(sorted(known))} at most")
    return sent
