"""The older system's chain and venue over HTTP on the loopback; its test bench is beside them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from aiohttp import web

from simulators.loopback import listening
from simulators.older_system.bench import add_bench
from simulators.older_system.books import Refused, Transaction
from simulators.older_system.world import WORLD, Misfortune, World

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextlib import AbstractAsyncContextManager

ADDRESS = re.compile(r"0x[0-9a-f]{40}")


def serving(world: World, port: int) -> AbstractAsyncContextManager[int]:
    """Serve a world; give the port."""
    app = web.Application(middlewares=[refusals_are_answers])
    app[WORLD] = world
    app.router.add_get("/v1/wallets/{address}", wallet)
    app.router.add_post("/v1/transactions", send)
    app.router.add_post("/v1/orders", place)
    app.router.add_post("/v1/orders/{order_id}/cancel", cancel)
    add_bench(app.router)
    return listening(app, port)


@web.middleware
async def refusals_are_answers(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Answer what is refused with its status and code."""
    try:
        return await handler(request)
    except Refused as refused:
        return web.json_response({"code": refused.code}, status=refused.status)


async def wallet(request: web.Request) -> web.Response:
    """Answer what is so at an address."""
    address = _address(request.match_info["address"])
    found = _admitted(request).books.wallet(address)
    shown = {"owner": found.owner, "kind": found.kind, "usdc": str(found.usdc)}
    return web.json_response({"address": address, **shown, "nonce": found.nonce})


async def send(request: web.Request) -> web.Response:
    """Take a transaction."""
    world, sent = _admitted(request), await _body(request)
    transaction = Transaction(
        _text(sent, "action"),
        _address(sent.get("wallet")),
        _address(sent.get("to")),
        _text(sent, "usdc"),
        _nonce(sent.get("nonce")),
    )
    is_mined = world.misfortune is not Misfortune.PENDING
    world.books.send(transaction, _text(sent, "signature"), is_mined=is_mined)
    return _changed(request, {"status": "MINED" if is_mined else "PENDING"})


async def place(request: web.Request) -> web.Response:
    """Take an order, or answer the one that has its name."""
    world, sent = _admitted(request), await _body(request)
    order = world.books.place(
        _address(sent.get("wallet")), _text(sent, "order_id"), _text(sent, "signature")
    )
    return _changed(request, {"order_id": order.order_id, "status": order.status})


async def cancel(request: web.Request) -> web.Response:
    """Cancel an order."""
    world, sent = _admitted(request), await _body(request)
    order = world.books.cancel(request.match_info["order_id"], _text(sent, "signature"))
    return _changed(request, {"order_id": order.order_id, "status": order.status})


def _admitted(request: web.Request) -> World:
    world = request.app[WORLD]
    if world.misfortune is Misfortune.DOWN:
        raise Refused(503, "DOWN")
    return world


def _changed(request: web.Request, answer: dict[str, str]) -> web.Response:
    world = request.app[WORLD]
    world.keep()
    if world.misfortune is Misfortune.ANSWER_LOST and request.transport is not None:
        request.transport.close()
    return web.json_response(answer)


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        sent = json.loads(await request.read())
    except ValueError as error:
        raise _malformed() from error
    if not isinstance(sent, dict):
        raise _malformed()
    return sent


def _text(sent: dict[str, Any], name: str) -> str:
    value = sent.get(name)
    if not isinstance(value, str) or not value:
        raise _malformed()
    return value


def _address(value: object) -> str:
    if not isinstance(value, str) or not ADDRESS.fullmatch(value):
        raise _malformed()
    return value


def _nonce(value: object) -> int:
    if not isinstance(value, int):
        raise _malformed()
    return value


def _malformed() -> Refused:
    return Refused(400, "MALFORMED")
