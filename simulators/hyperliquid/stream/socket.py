"""The `/ws` endpoint: one task per socket reads the client's frames and answers them."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from simulators.hyperliquid.control.faults import LATENCY, Facts
from simulators.hyperliquid.endpoints import MALFORMED, SIMULATOR, answer_info, perform_action
from simulators.hyperliquid.refusal import MalformedRequestError
from simulators.hyperliquid.stream import frames, limits
from simulators.hyperliquid.stream.connection import Connection
from simulators.hyperliquid.stream.subscriptions import (
    InvalidSubscriptionError,
    Subscription,
    UnknownMarketError,
    read_subscription,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulators.hyperliquid.simulator import Simulator


class FrameRefusedError(Exception):
    """A client's frame is answered with an error frame."""


async def stream(request: web.Request) -> web.StreamResponse:
    """Serve one socket until either side ends it."""
    simulator = request.app[SIMULATOR]
    if simulator.is_halted:
        return web.Response(status=502)
    socket = web.WebSocketResponse(compress=False, autoping=True)
    await socket.prepare(request)
    connection = Connection(request.remote or "", socket, request.transport)
    refused = _too_many_connections(simulator, connection.client)
    if refused is not None:
        await socket.send_str(frames.frame("error", refused))
        await socket.close()
        return socket
    simulator.hub.connections.add(connection)
    writer = asyncio.get_running_loop().create_task(connection.write_frames())
    try:
        await _read(simulator, connection)
    finally:
        simulator.hub.remove(connection)
        writer.cancel()
        await asyncio.gather(writer, return_exceptions=True)
    return socket


async def _read(simulator: Simulator, connection: Connection) -> None:
    async for message in connection.socket:
        if message.type != WSMsgType.TEXT:
            continue
        try:
            answer = _handle(simulator, connection, message.data)
        except UnknownMarketError:
            # The venue ends the socket without a word (seen in 2026).
            connection.abort()
            return
        except FrameRefusedError as refusal:
            answer = frames.frame("error", str(refusal))
        if answer is not None:
            simulator.hub.reply(connection, answer)


def _handle(simulator: Simulator, connection: Connection, text: str) -> str | None:
    messages = _windows(simulator, connection.client).messages
    if simulator.limits_enabled and not messages.take(1, simulator.now_ns):
        raise FrameRefusedError(limits.MESSAGES)
    try:
        wire = json.loads(text)
        handler = _METHODS[wire["method"]]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise FrameRefusedError(
            f"Error parsing JSON into valid websocket request: {text}"
        ) from error
    return handler(simulator, connection, wire)


def _pong(_simulator: Simulator, _connection: Connection, _wire: dict[str, Any]) -> str:
    return frames.PONG


def _subscribe(simulator: Simulator, connection: Connection, wire: dict[str, Any]) -> None:
    subscription = _subscription(simulator, wire)
    if subscription.key in connection.subscriptions:
        raise FrameRefusedError(f"Already subscribed: {json.dumps(wire['subscription'])}")
    if simulator.limits_enabled:
        _check_room(simulator, connection, subscription)
    simulator.hub.reply(connection, frames.frame("subscriptionResponse", wire))
    simulator.hub.subscribe(connection, subscription)


def _unsubscribe(simulator: Simulator, connection: Connection, wire: dict[str, Any]) -> str:
    subscription = _subscription(simulator, wire)
    if subscription.key not in connection.subscriptions:
        raise FrameRefusedError(f"Already unsubscribed: {json.dumps(wire['subscription'])}")
    simulator.hub.unsubscribe(connection, subscription.key)
    return frames.frame("subscriptionResponse", wire)


def _subscription(simulator: Simulator, wire: dict[str, Any]) -> Subscription:
    asked = wire.get("subscription")
    try:
        return read_subscription(asked, simulator.venue.universe)
    except InvalidSubscriptionError as error:
        raise FrameRefusedError(f"Invalid subscription {json.dumps(asked)}") from error


def _post(simulator: Simulator, connection: Connection, wire: dict[str, Any]) -> str | None:
    """Answer a post at once, unless a fault holds it."""
    own = _windows(simulator, connection.client)
    if simulator.limits_enabled and own.posts >= limits.MAX_POSTS_IN_FLIGHT:
        raise FrameRefusedError(limits.POSTS)
    fault = simulator.faults.scripts and simulator.faults.take((LATENCY,), Facts("ws", "post"))
    if not fault:
        return _post_frame(simulator, wire)
    own.posts += 1
    held = _answer_later(simulator, connection, wire, fault.delay_ms)
    task = asyncio.get_running_loop().create_task(held)
    simulator.late.add(task)
    task.add_done_callback(simulator.late.discard)
    return None


async def _answer_later(
    simulator: Simulator, connection: Connection, wire: dict[str, Any], delay_ms: int
) -> None:
    await asyncio.sleep(delay_ms / 1_000)
    _windows(simulator, connection.client).posts -= 1
    simulator.hub.reply(connection, _post_frame(simulator, wire))


def _post_frame(simulator: Simulator, wire: dict[str, Any]) -> str:
    request = wire.get("request")
    kind = request.get("type") if isinstance(request, dict) else None
    payload = request.get("payload") if isinstance(request, dict) else None
    return frames.frame(
        "post", {"id": wire.get("id"), "response": _post_answer(simulator, kind, payload)}
    )


def _post_answer(simulator: Simulator, kind: object, payload: Any) -> dict[str, Any]:
    try:
        if isinstance(payload, dict) and kind == "info":
            found = answer_info(simulator, payload)
            return {"type": "info", "payload": {"type": payload.get("type"), "data": found}}
        if isinstance(payload, dict) and kind == "action":
            performed = perform_action(simulator, payload, simulator.now_ns)
            return {"type": "action", "payload": performed}
    except MalformedRequestError:
        return {"type": "error", "payload": MALFORMED}
    return {"type": "error", "payload": MALFORMED}


def _windows(simulator: Simulator, client: str) -> limits.ClientWindows:
    return simulator.stream_clients.setdefault(client, limits.ClientWindows())


def _too_many_connections(simulator: Simulator, client: str) -> str | None:
    if not simulator.limits_enabled:
        return None
    if not _windows(simulator, client).opened.take(1, simulator.now_ns):
        return limits.NEW_CONNECTIONS
    open_now = sum(connection.client == client for connection in simulator.hub.connections)
    return limits.CONNECTIONS if open_now >= limits.MAX_CONNECTIONS else None


def _check_room(simulator: Simulator, connection: Connection, subscription: Subscription) -> None:
    own = [c for c in simulator.hub.connections if c.client == connection.client]
    if sum(len(c.subscriptions) for c in own) >= limits.MAX_SUBSCRIPTIONS:
        raise FrameRefusedError(limits.SUBSCRIPTIONS)
    users = {user for c in own for user in c.users} | {subscription.argument}
    if subscription.is_of_user and len(users) > limits.MAX_USERS:
        raise FrameRefusedError(limits.USERS)


_METHODS: dict[str, Callable[[Simulator, Connection, dict[str, Any]], str | None]] = {
    "ping": _pong,
    "post": _post,
    "subscribe": _subscribe,
    "unsubscribe": _unsubscribe,
}
