"""The routes under `/_simulator/`. Local use only: whoever reaches the port commands the venue."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web

from simulators.bench_index import INDEX, index_told_by
from simulators.hyperliquid.control.accounts import (
    ACCOUNT_KEYS,
    MARKET_KEYS,
    PRICE_KEYS,
    fund_account,
    list_market,
    move_price,
)
from simulators.hyperliquid.control.books import books_view, latency_view, requests_view
from simulators.hyperliquid.control.faults import KEYS, read_fault
from simulators.hyperliquid.control.funding import FUNDING_KEYS, settle_funding
from simulators.hyperliquid.control.requests import ControlError, Fields, read_fields
from simulators.hyperliquid.endpoints import SIMULATOR
from simulators.hyperliquid.replay.driver import DEFAULT_EQUITY_USD
from simulators.hyperliquid.replay.pacing import read_pace
from simulators.hyperliquid.replay.recording import (
    Recording,
    load_recording,
    read_recording,
)

if TYPE_CHECKING:
    from simulators.hyperliquid.simulator import Simulator

LOAD_KEYS = ("recording", "fills", "leader", "equity_usd")
START_KEYS = (*LOAD_KEYS, "speed", "limit", "rate_limits")


def add_routes(router: web.UrlDispatcher) -> None:
    """Mount the control plane."""
    router.add_get(INDEX, index_told_by("simulators/hyperliquid/README.md"))
    router.add_get("/_simulator/health", _health)
    router.add_post("/_simulator/accounts", _accounts)
    router.add_post("/_simulator/prices", _prices)
    router.add_post("/_simulator/markets", _markets)
    router.add_post("/_simulator/funding", _funding)
    router.add_post("/_simulator/rules", _rules)
    router.add_post("/_simulator/halt", _halt)
    router.add_get("/_simulator/books", _books)
    router.add_get("/_simulator/latency", _latency)
    router.add_get("/_simulator/faults", _list_faults)
    router.add_post("/_simulator/faults", _add_fault)
    router.add_delete("/_simulator/faults", _clear_faults)
    router.add_get("/_simulator/replay", _replay)
    router.add_get("/_simulator/replay/trades", _released)
    router.add_post("/_simulator/replay/load", _load)
    router.add_post("/_simulator/replay/start", _start)
    router.add_post("/_simulator/replay/stop", _stop)
    router.add_post("/_simulator/replay/lag", _lag)


async def _health(request: web.Request) -> web.Response:
    simulator = request.app[SIMULATOR]
    return web.json_response(
        {
            "status": "halted" if simulator.is_halted else "ok",
            "chain": simulator.chain,
            "rate_limits": "on" if simulator.limits_enabled else "off",
            "replay": simulator.replay.state,
            "sockets": len(simulator.hub.connections),
            "time_ms": simulator.venue.now_ms(),
        }
    )


async def _accounts(request: web.Request) -> web.Response:
    account = fund_account(request.app[SIMULATOR].venue, await read_fields(request, ACCOUNT_KEYS))
    return web.json_response({"address": account.address, "mode": account.mode})


async def _prices(request: web.Request) -> web.Response:
    fields = await read_fields(request, PRICE_KEYS)
    return web.json_response(move_price(request.app[SIMULATOR].venue, fields))


async def _markets(request: web.Request) -> web.Response:
    fields = await read_fields(request, MARKET_KEYS)
    return web.json_response(list_market(request.app[SIMULATOR].venue, fields))


async def _funding(request: web.Request) -> web.Response:
    fields = await read_fields(request, FUNDING_KEYS)
    return web.json_response(settle_funding(request.app[SIMULATOR].venue, fields))


async def _rules(request: web.Request) -> web.Response:
    fields = await read_fields(request, ("strict_reduce_only_minimum", "rate_limits"))
    simulator = request.app[SIMULATOR]
    rules = simulator.venue.rules
    rules.strict_reduce_only_minimum = fields.flag(
        "strict_reduce_only_minimum", default=rules.strict_reduce_only_minimum
    )
    simulator.set_limits(enabled=fields.flag("rate_limits", default=simulator.limits_enabled))
    return web.json_response(
        {
            "strict_reduce_only_minimum": rules.strict_reduce_only_minimum,
            "rate_limits": simulator.limits_enabled,
        }
    )


async def _halt(request: web.Request) -> web.Response:
    fields = await read_fields(request, ("seconds", "post_only_seconds"))
    seconds = fields.integer("seconds")
    request.app[SIMULATOR].halt(seconds, fields.integer("post_only_seconds", 0))
    return web.json_response({"halted_seconds": seconds})


async def _books(request: web.Request) -> web.Response:
    simulator, user = request.app[SIMULATOR], request.query.get("user")
    view = books_view(simulator.venue, user.lower() if user else None)
    return web.json_response({**view, "requests": requests_view(simulator.rest)})


async def _latency(request: web.Request) -> web.Response:
    simulator = request.app[SIMULATOR]
    return web.json_response(latency_view(simulator.venue, simulator.replay.released()))


async def _list_faults(request: web.Request) -> web.Response:
    return web.json_response([fault.view() for fault in request.app[SIMULATOR].faults.scripts])


async def _add_fault(request: web.Request) -> web.Response:
    fault = read_fault((await read_fields(request, sorted(KEYS))).content)
    request.app[SIMULATOR].faults.scripts.append(fault)
    return web.json_response(fault.view())


async def _clear_faults(request: web.Request) -> web.Response:
    request.app[SIMULATOR].faults.scripts.clear()
    return web.json_response([])


async def _replay(request: web.Request) -> web.Response:
    return web.json_response(request.app[SIMULATOR].replay.view())


async def _released(request: web.Request) -> web.Response:
    return web.json_response(request.app[SIMULATOR].replay.released())


async def _load(request: web.Request) -> web.Response:
    simulator = request.app[SIMULATOR]
    await _load_from(simulator, await read_fields(request, LOAD_KEYS))
    return web.json_response(simulator.replay.view())


async def _start(request: web.Request) -> web.Response:
    simulator = request.app[SIMULATOR]
    fields = await read_fields(request, START_KEYS)
    pace = read_pace(str(fields.content.get("speed", "1")))
    limit = fields.integer("limit") if fields.has("limit") else None
    if fields.has("recording") or fields.has("fills"):
        await _load_from(simulator, fields)
    simulator.start_replay(pace, limit)
    if pace.is_closed_loop:
        # Rate windows measure wall time, which a closed loop has left behind.
        simulator.set_limits(enabled=fields.flag("rate_limits", default=False))
    return web.json_response(simulator.replay.view())


async def _stop(request: web.Request) -> web.Response:
    replay = request.app[SIMULATOR].replay
    await replay.stop()
    return web.json_response(replay.view())


async def _lag(request: web.Request) -> web.Response:
    simulator = request.app[SIMULATOR]
    seconds = (await read_fields(request, ("seconds",))).number("seconds")
    simulator.replay.report_lag(seconds)
    return web.json_response({"lag_seconds": str(seconds)})


async def _load_from(simulator: Simulator, fields: Fields) -> None:
    before = simulator.replay
    is_again = before.recording is not None and not fields.content.keys() - {"equity_usd"}
    default = before.equity_usd if is_again else DEFAULT_EQUITY_USD
    equity_usd = fields.number("equity_usd", default)
    if equity_usd <= 0:
        raise ControlError("equity_usd must be above 0")
    recording = before.recording if is_again else None
    before.load(recording or await _recording(fields), Decimal(equity_usd))


async def _recording(fields: Fields) -> Recording:
    leader = fields.text("leader") if fields.has("leader") else None
    if fields.has("fills"):
        return read_recording(fields.content["fills"], leader)
    path = Path(fields.text("recording"))
    return await asyncio.to_thread(load_recording, path, leader)
