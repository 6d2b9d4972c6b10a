"""The venue on one port: HTTP and WebSocket, its periodic work, and its orderly end."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from itertools import count
from typing import TYPE_CHECKING

from aiohttp import web

from simulators.hyperliquid.control.requests import errors_are_400
from simulators.hyperliquid.control.routes import add_routes
from simulators.hyperliquid.endpoints import SIMULATOR, exchange, info, malformed_is_422
from simulators.hyperliquid.engine.prices import cancel_due
from simulators.hyperliquid.stream.socket import stream
from simulators.loopback import listening

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from simulators.hyperliquid.persistence.store import BookStore
    from simulators.hyperliquid.simulator import Simulator

MIDS_EVERY_SECONDS = 5
TICKS_PER_SECOND = 2
MAX_BODY_BYTES = 64 * 1024 * 1024


def build_app(simulator: Simulator) -> web.Application:
    """Return the application with every route mounted."""
    app = web.Application(
        middlewares=[errors_are_400, malformed_is_422], client_max_size=MAX_BODY_BYTES
    )
    app[SIMULATOR] = simulator
    app.router.add_post("/info", info)
    app.router.add_post("/exchange", exchange)
    app.router.add_get("/ws", stream)
    add_routes(app.router)
    return app


@asynccontextmanager
async def serving(
    simulator: Simulator, port: int, store: BookStore | None = None
) -> AsyncIterator[tuple[int, asyncio.Task[None]]]:
    """Serve on the loopback; yield the port and the periodic task, whose end is a failure."""
    try:
        async with listening(build_app(simulator), port) as taken:
            ticking = asyncio.get_running_loop().create_task(_tick(simulator, store))
            try:
                yield taken, ticking
            finally:
                await _wind_down(simulator, ticking)
    finally:
        if store is not None:
            await store.save(simulator.venue)


async def _tick(simulator: Simulator, store: BookStore | None) -> None:
    for tick in count(1):
        await asyncio.sleep(1 / TICKS_PER_SECOND)
        cancel_due(simulator.venue)
        simulator.hub.flush()
        if tick % (TICKS_PER_SECOND * MIDS_EVERY_SECONDS) == 0:
            simulator.hub.repeat_mids()
        if store is not None:
            await store.save(simulator.venue)


async def _wind_down(simulator: Simulator, ticking: asyncio.Task[None]) -> None:
    simulator.closing.set()
    await simulator.replay.stop()
    for task in (*simulator.late, ticking):
        task.cancel()
        with suppress(asyncio.CancelledError, OSError):
            await task
    for connection in tuple(simulator.hub.connections):
        await connection.socket.close()
