"""One socket: a queue of frames and the task that writes them. It reads none of them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from aiohttp import web

from simulators.hyperliquid.stream.subscriptions import Key, Subscription

IDLE_SECONDS = 60


@dataclass(eq=False, slots=True)
class Connection:
    """A client's socket and what it subscribed to."""

    client: str
    socket: web.WebSocketResponse
    transport: asyncio.Transport | None
    subscriptions: dict[Key, Subscription] = field(default_factory=dict)
    frames: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    silent_until_ns: int | None = None

    @property
    def users(self) -> set[str]:
        """The users it hears about."""
        return {s.argument for s in self.subscriptions.values() if s.is_of_user}

    def send(self, frame: str) -> None:
        """Queue a frame; the writer keeps the order."""
        self.frames.put_nowait(frame)

    def abort(self) -> None:
        """Drop the socket without a closing frame: the client sees 1006."""
        if self.transport is not None:
            self.transport.abort()

    async def write_frames(self) -> None:
        """Write queued frames until the socket ends; close it after a minute of silence."""
        try:
            while not self.socket.closed:
                frame = await asyncio.wait_for(self.frames.get(), IDLE_SECONDS)
                await self.socket.send_str(frame)
        except TimeoutError:
            await self.socket.close()
        except ConnectionError:
            self.abort()
