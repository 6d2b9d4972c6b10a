"""The venue in a thread of the caller's process, for tests."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from simulators.hyperliquid.server import serving
from simulators.hyperliquid.simulator import TESTNET, Simulator, build_simulator
from simulators.loopback import ServerThread

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from simulators.hyperliquid.clock import Clock
    from simulators.hyperliquid.engine.venue import Venue


class SimulatorThread(ServerThread):
    """A running venue; its address is the base that SDKs take.

    Its books belong to its own loop: read them when nothing is in flight, change them over HTTP.
    """

    def __init__(
        self, *, clock: Clock | None = None, chain: str = TESTNET, rate_limits: bool = True
    ) -> None:
        """Prepare the venue; nothing listens yet."""
        super().__init__("hyperliquid-simulator")
        self.simulator: Simulator = build_simulator(clock, chain)
        self.simulator.set_limits(enabled=rate_limits)

    @property
    def engine(self) -> Venue:
        """The venue's books."""
        return self.simulator.venue

    def land_late(self) -> None:
        """Let orders that are held back by a ``late_landing`` land, from now on, at once."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self.simulator.landing.set)

    @asynccontextmanager
    async def _serving(self) -> AsyncIterator[int]:
        async with serving(self.simulator, self.port) as (port, _):
            yield port
