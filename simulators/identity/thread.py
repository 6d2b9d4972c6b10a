"""Both providers in a thread of the caller's process."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Self

from simulators.identity.server import KEY_SETS, LOOPBACK, serving

if TYPE_CHECKING:
    from types import TracebackType

START_SECONDS = 20


class IdentityProviders:
    """The running providers: ``with IdentityProviders() as providers: providers.url``."""

    def __init__(self, port: int = 0) -> None:
        """Prepare them; nothing listens yet. Port 0 takes a free one."""
        self.port = port
        self._started: Future[int] = Future()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name="identity-providers", daemon=True)

    @property
    def url(self) -> str:
        """The address of both; the test bench is under `/_simulator/`."""
        return f"http://{LOOPBACK}:{self.port}"

    def key_set_url(self, provider: str) -> str:
        """Give the address of a provider's key set."""
        return self.url + KEY_SETS[provider]

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
        async with serving(self.port) as port:
            self._started.set_result(port)
            await self._stopping.wait()
