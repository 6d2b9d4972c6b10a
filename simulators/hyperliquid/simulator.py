"""All parts of the stand-in venue put together; it opens no socket itself."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from simulators.hyperliquid.clock import NS_PER_MS, Clock, WallClock
from simulators.hyperliquid.control.faults import Faults
from simulators.hyperliquid.engine.venue import Venue
from simulators.hyperliquid.replay.driver import Replay
from simulators.hyperliquid.replay.pacing import Pace
from simulators.hyperliquid.stream.hub import Hub
from simulators.hyperliquid.stream.limits import ClientWindows
from simulators.hyperliquid.windows import RestLimits

TESTNET = "Testnet"


@dataclass(slots=True)
class Simulator:
    """The venue, its misfortunes, its listeners and its limits."""

    venue: Venue
    faults: Faults
    hub: Hub
    replay: Replay
    chain: str = TESTNET
    rest: RestLimits = field(default_factory=RestLimits)
    stream_clients: dict[str, ClientWindows] = field(default_factory=dict)
    halted_until_ns: int = 0
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    late: set[asyncio.Task[None]] = field(default_factory=set)
    landing: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def now_ns(self) -> int:
        """The venue's time."""
        return self.venue.clock.now_ns()

    @property
    def is_halted(self) -> bool:
        """Whether the venue is down for a restart."""
        return self.now_ns < self.halted_until_ns

    @property
    def limits_enabled(self) -> bool:
        """Whether rate windows count."""
        return self.rest.enabled

    def set_limits(self, *, enabled: bool) -> None:
        """Switch every rate window, per client address and per account."""
        self.rest.enabled = enabled
        self.venue.limits.enabled = enabled

    def start_replay(self, pace: Pace, limit: int | None = None) -> None:
        """Begin to release the recording; at a speed the windows of requests keep pace with it."""
        self.replay.start(pace, limit)
        if pace.factor is not None:
            self.rest.keep_pace(pace.factor)

    def halt(self, seconds: int, post_only_seconds: int) -> None:
        """Go down for a restart; afterwards only post-only orders pass for a while."""
        self.halted_until_ns = self.now_ns + seconds * 1_000 * NS_PER_MS
        self.venue.rules.post_only_until_ms = (
            self.venue.now_ms() + (seconds + post_only_seconds) * 1_000
        )
        self.hub.abort_all()


def build_simulator(clock: Clock | None = None, chain: str = TESTNET) -> Simulator:
    """Return a venue with empty books; the chain decides which signatures it accepts."""
    venue = Venue(clock or WallClock())
    return over(venue, chain)


def over(venue: Venue, chain: str = TESTNET) -> Simulator:
    """Return the simulator around existing books."""
    faults = Faults()
    hub = Hub(venue, faults)
    venue.events, venue.mischief = hub, faults
    return Simulator(venue, faults, hub, Replay(venue), chain)
