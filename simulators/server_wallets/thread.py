"""The provider in a thread of the caller's process."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Self

from simulators.server_wallets.provider import WalletProvider
from simulators.server_wallets.server import LOOPBACK, serving

if TYPE_CHECKING:
    from types import TracebackType

START_SECONDS = 20
ANY_TOKEN = ""
LOCAL_TOKEN = "a token for this machine"  # good here and nowhere else


class ServerWalletProvider:
    """The running provider: ``with ServerWalletProvider() as running: running.url``."""

    def __init__(self, port: int = 0, token: str = LOCAL_TOKEN) -> None:
        """Prepare it; nothing listens yet. Port 0 takes a free one."""
        self.port = port
        self.provider = WalletProvider(token)
        self._started: Future[int] = Future()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name="server-wallets", daemon=True)

    @property
    def url(self) -> str:
        """Its address; the test bench is under `/_simulator/`."""
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
        async with serving(self.provider, self.port) as port:
            self._started.set_result(port)
            await self._stopping.wait()
