"""The venue in a thread of the caller's process, for tests."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Self

from simulators.hyperliquid.server import LOOPBACK, serving
from simulators.hyperliquid.simulator import TESTNET, Simulator, build_simulator

if TYPE_CHECKING:
    from types import TracebackType

    from simulators.hyperliquid.clock import Clock
    from simulators.hyperliquid.engine.venue import Venue

START_SECONDS = 10


class SimulatorThread:
    """A running venue: ``with SimulatorThread() as venue: venue.url``.

    Its books belong to its own loop: read them when nothing is in flight, change them over HTTP.
    """

    def __init__(
        self, *, clock: Clock | None = None, chain: str = TESTNET, rate_limits: bool = True
    ) -> None:
        """Prepare the venue; nothing listens yet."""
        self.simulator: Simulator = build_simulator(clock, chain)
        self.simulator.set_limits(enabled=rate_limits)
        self.port = 0
        self._started: Future[int] = Future()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name="hyperliquid-simulator")

    @property
    def url(self) -> str:
        """The base address, as SDKs take it."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def engine(self) -> Venue:
        """The venue's books."""
        return self.simulator.venue

    def start(self) -> Self:
        """Listen on a free port."""
        self._thread.start()
        self.port = self._started.result(START_SECONDS)
        return self

    def stop(self) -> None:
        """Close every socket and end the thread."""
        if self._loop is not None and self._stopping is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

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
        async with serving(self.simulator, 0) as (port, _):
            self._started.set_result(port)
            await self._stopping.wait()
