"""The test bench under `/_simulator/`: users to take over, money that comes, outages, mining.

Local use only: whoever reaches the port may be anybody.
"""

from __future__ import annotations

import json
from collections import Counter

from aiohttp import web

from simulators.bench_index import INDEX, index_told_by
from simulators.older_system.books import Refused, amount
from simulators.older_system.users import new_users
from simulators.older_system.world import WORLD, Misfortune

MOST_USERS = 1_000
DEFAULT_USDC = "12.5"


def add_bench(router: web.UrlDispatcher) -> None:
    """Mount the test bench."""
    router.add_get(INDEX, index_told_by("simulators/older_system/README.md"))
    router.add_get(f"{INDEX}health", health)
    router.add_post(f"{INDEX}users", users)
    router.add_post(f"{INDEX}deposit", deposit)
    router.add_post(f"{INDEX}weather", weather)
    router.add_post(f"{INDEX}mine", mine)


async def health(request: web.Request) -> web.Response:
    """Say how many transactions and orders each wallet has, and what befalls requests."""
    world = request.app[WORLD]
    return web.json_response(
        {
            "status": "ok",
            "misfortune": world.misfortune,
            "transactions": Counter(each.wallet for each in world.books.mined),
            "waiting": len(world.books.waiting),
            "orders": Counter(each.wallet for each in world.books.orders.values()),
        }
    )


async def users(request: web.Request) -> web.Response:
    """Make users and answer the older system's export of them."""
    sent, world = await _sent(request), request.app[WORLD]
    count = sent.get("users")
    if not isinstance(count, int) or not 0 < count <= MOST_USERS:
        raise Refused(400, "MALFORMED")
    made = new_users(world.books, count, amount(sent.get("usdc", DEFAULT_USDC)))
    world.keep()
    return web.json_response(made)


async def deposit(request: web.Request) -> web.Response:
    """Let money come to an address."""
    sent, world = await _sent(request), request.app[WORLD]
    world.books.deposit(str(sent.get("address")), amount(sent.get("usdc")))
    world.keep()
    return await health(request)


async def weather(request: web.Request) -> web.Response:
    """Choose what befalls requests from now on."""
    try:
        request.app[WORLD].misfortune = Misfortune(str((await _sent(request)).get("misfortune")))
    except ValueError as error:
        raise Refused(400, "MALFORMED") from error
    return await health(request)


async def mine(request: web.Request) -> web.Response:
    """Let everything that waits be on the chain."""
    world = request.app[WORLD]
    world.books.mine()
    world.keep()
    return await health(request)


async def _sent(request: web.Request) -> dict[str, object]:
    try:
        sent = json.loads(await request.read() or b"{}")
    except ValueError as error:
        raise Refused(400, "MALFORMED") from error
    if not isinstance(sent, dict):
        raise Refused(400, "MALFORMED")
    return sent
