"""Listening on this machine alone, in the caller's loop or in a thread of its process."""

from __future__ import annotations

import asyncio
import threading
from abc import ABC, abstractmethod
from concurrent.futures import Future
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Self

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from contextlib import AbstractAsyncContextManager
    from types import TracebackType

LOOPBACK = "127.0.0.1"
START_SECONDS = 20
SHUTDOWN_SECONDS = 2


@asynccontextmanager
async def listening(app: web.Application, port: int) -> AsyncIterator[int]:
    """Serve an application on the loopback; yield the port. Port 0 takes a free one."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        await web.TCPSite(runner, LOOPBACK, port).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


class ServerThread(ABC):
    """A server in a thread of the caller's process: ``with Server() as running: running.url``."""

    def __init__(self, name: str, port: int = 0) -> None:
        """Prepare it; nothing listens yet. Port 0 takes a free one."""
        self.port = port
        self._started: Future[int] = Future()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @abstractmethod
    def _serving(self) -> AbstractAsyncContextManager[int]:
        """Serve on `port` as long as the context lasts; yield the port."""

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://{LOOPBACK}:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        self.port = self._started.result(START_SECONDS)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._loop is not None and self._stopping is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            if self._started.done():
                raise
            self._started.set_exception(error)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        async with self._serving() as port:
            self._started.set_result(port)
            await self._stopping.wait()
