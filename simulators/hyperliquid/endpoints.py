"""`/info` and `/exchange` over HTTP, with the budget and the misfortunes in front of them."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from contextlib import suppress
from typing import Any

from aiohttp import web

from simulators.hyperliquid.control.faults import (
    HTTP_KINDS,
    LATE,
    LATENCY,
    RESET,
    RESET_AFTER,
    SERVER_ERRORS,
    TIMEOUT,
    TOO_MANY,
    Facts,
    Fault,
)
from simulators.hyperliquid.exchange.perform import batch_size, perform
from simulators.hyperliquid.info.answers import answer
from simulators.hyperliquid.info.questions import Question
from simulators.hyperliquid.info.weights import action_weight, answer_weight, info_weight
from simulators.hyperliquid.refusal import ActionRefusedError, MalformedRequestError
from simulators.hyperliquid.simulator import Simulator
from simulators.hyperliquid.wire.envelope import SignedAction, read_envelope
from simulators.hyperliquid.wire.shapes import text

SIMULATOR: web.AppKey[Simulator] = web.AppKey("simulator", Simulator)
MALFORMED = "Failed to deserialize the JSON body into the target type"
HANG_SECONDS = 120
# On, and for no time: what is closed then is reset.
NO_LINGER = struct.pack("ii", 1, 0)
_dump = json.JSONEncoder(separators=(",", ":")).encode


async def info(request: web.Request) -> web.StreamResponse:
    """Answer `/info`."""
    simulator = request.app[SIMULATOR]
    body = _decode(await request.read())
    kind = text(body.get("type"))
    refusal = _gate(simulator, request, info_weight(kind))
    if refusal is not None:
        return refusal
    fault = simulator.faults.scripts and simulator.faults.take(
        HTTP_KINDS, Facts("info", kind, str(body.get("user", "")).lower())
    )
    refusal = await _suffer(simulator, fault, request) if fault else None
    if refusal is not None:
        return refusal
    found = answer_info(simulator, body)
    simulator.rest.add(request.remote or "", answer_weight(kind, found), simulator.now_ns)
    return _json(found)


async def exchange(request: web.Request) -> web.StreamResponse:
    """Perform `/exchange`."""
    simulator = request.app[SIMULATOR]
    raw = await request.read()
    received_ns = simulator.now_ns
    body = _decode(raw)
    action = body.get("action")
    count = batch_size(action) if isinstance(action, dict) else 1
    refusal = _gate(simulator, request, action_weight(count))
    if refusal is not None:
        return refusal
    fault = simulator.faults.scripts and _exchange_fault(simulator, body)
    if fault:
        return await _misfortune(simulator, fault, body, request)
    return _json(perform_action(simulator, body, received_ns))


def answer_info(simulator: Simulator, body: dict[str, Any]) -> Any:
    """Answer a question, whichever way it came."""
    return answer(Question(simulator.venue, body))


def perform_action(simulator: Simulator, body: dict[str, Any], received_ns: int) -> dict[str, Any]:
    """Perform an action, whichever way it came."""
    try:
        signed = read_envelope(body, simulator.chain)
    except ActionRefusedError as refusal:
        return {"status": "err", "response": str(refusal)}
    return perform(simulator.venue, signed, simulator.chain, received_ns)


@web.middleware
async def malformed_is_422(request: web.Request, handler: Any) -> web.StreamResponse:
    """Answer what cannot be read as the venue does: plain text, 422."""
    try:
        response: web.StreamResponse = await handler(request)
    except MalformedRequestError:
        return web.Response(status=422, text=MALFORMED)
    return response


def _decode(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise MalformedRequestError from error
    if not isinstance(body, dict):
        raise MalformedRequestError
    return body


def _json(content: Any) -> web.Response:
    return web.Response(text=_dump(content), content_type="application/json")


def _too_many() -> web.Response:
    return web.Response(status=429, text="null", content_type="application/json")


def _server_error(code: str = "502") -> web.Response:
    page = f"<html><head><title>{code} {SERVER_ERRORS[code]}</title></head></html>"
    return web.Response(status=int(code), text=page, content_type="text/html")


def _reset(request: web.Request) -> web.Response:
    """Reset the connection; the answer is for the server alone, and reaches nobody."""
    transport = request.transport
    if transport is not None:
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        transport.abort()
    return _server_error()


def _gate(simulator: Simulator, request: web.Request, weight: int) -> web.Response | None:
    if simulator.is_halted:
        return _server_error()
    if not simulator.rest.take(request.remote or "", weight, simulator.now_ns):
        return _too_many()
    return None


def _exchange_fault(simulator: Simulator, body: dict[str, Any]) -> Fault | None:
    try:
        signed = read_envelope(body, simulator.chain)
    except ActionRefusedError:
        return None
    master = simulator.venue.agents.master_of(signed.signer, simulator.venue.now_ms())
    facts = Facts("exchange", signed.kind, master or signed.signer, _symbols(simulator, signed))
    return simulator.faults.take(HTTP_KINDS, facts)


def _symbols(simulator: Simulator, signed: SignedAction) -> set[str]:
    by_asset = simulator.venue.universe.by_asset
    wires = signed.action.get("orders") or signed.action.get("cancels") or [signed.action]
    assets = (wire.get("a", wire.get("asset")) for wire in wires)
    return {by_asset[asset].name for asset in assets if asset in by_asset}


async def _misfortune(
    simulator: Simulator, fault: Fault, body: dict[str, Any], request: web.Request
) -> web.Response:
    if fault.kind == LATE:
        _land_late(simulator, fault, body)
        return await _hang(simulator)
    is_after = fault.kind in {TIMEOUT, RESET_AFTER}
    refusal = None if is_after else await _suffer(simulator, fault, request)
    if refusal is not None:
        return refusal
    performed = _json(perform_action(simulator, body, simulator.now_ns))
    return (await _suffer(simulator, fault, request) if is_after else None) or performed


async def _suffer(simulator: Simulator, fault: Fault, request: web.Request) -> web.Response | None:
    if fault.kind == TOO_MANY:
        simulator.rest.refused(simulator.now_ns)
        return _too_many()
    if fault.kind in SERVER_ERRORS:
        return _server_error(fault.kind)
    if fault.kind in {RESET, RESET_AFTER}:
        return _reset(request)
    if fault.kind == LATENCY:
        await asyncio.sleep(fault.delay_ms / 1_000)
        return None
    return await _hang(simulator)


async def _hang(simulator: Simulator) -> web.Response:
    with suppress(TimeoutError):
        await asyncio.wait_for(simulator.closing.wait(), HANG_SECONDS)
    return _server_error()


def _land_late(simulator: Simulator, fault: Fault, body: dict[str, Any]) -> None:
    async def land() -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(simulator.landing.wait(), fault.delay_ms / 1_000)
        perform_action(simulator, body, simulator.now_ns)

    task = asyncio.get_running_loop().create_task(land())
    simulator.late.add(task)
    task.add_done_callback(simulator.late.discard)
