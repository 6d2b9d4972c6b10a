"""A listener on scripted streams: every receiving moves the clock, so nothing ever waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.builders import limits
from tests.fakes.stream import ScriptedStream
from tests.fakes.world import World
from understudy.adapters.memory.leases import InMemoryLeases
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.money import ONE
from understudy.messages import CheckLeader, LeaderFills, ReconcileWallet
from understudy.ports.leases import Lease
from understudy.ports.stream import PublicTrade, StreamEvent, TradesSeen
from understudy.workflows.leader_listener import RECEIVE_MS, ListenerPorts, listen
from understudy.workflows.watching.market_feed import FeedPorts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from understudy.adapters.memory.clock import ManualClock
    from understudy.ports.stream import MarketStream

LEASE = f"leader_listener {HYPERLIQUID}"
OTHER = "0x" + "9" * 40


class TickingStream(ScriptedStream):
    """Plays its script; when nothing comes, the time that was waited has passed."""

    def __init__(self, clock: ManualClock, *events: StreamEvent | None, unknown: str = "") -> None:
        super().__init__(*events, unknown=[unknown] if unknown else [])
        self.clock = clock
        self.goes_silent = False
        self.tick: Callable[[], None] = lambda: None

    def grow_old(self, *symbols: str) -> None:
        """Let these symbols be quiet for as long as one receiving waits."""
        for symbol in symbols:
            self.ages[symbol] += RECEIVE_MS

    def receive(self, timeout_ms: int) -> StreamEvent | None:
        event = super().receive(timeout_ms)
        if event is None:
            self.clock.advance(timeout_ms)
            self.silence_ms += timeout_ms if self.goes_silent else 0
            self.tick()
        return event


class ListeningRoom:
    """A world, its leases, and the streams that the next connections get in order."""

    def __init__(self) -> None:
        self.world = World()
        self.follow = self.world.follow(limits())
        self.wallet = self.world.table.follows[self.follow].wallet_address
        self.leases = InMemoryLeases()
        self.streams: list[TickingStream] = []
        self.opened: list[TickingStream] = []
        self.warnings: list[tuple[str, Mapping[str, object]]] = []

    def stream(self, *events: StreamEvent | None, unknown: str = "") -> TickingStream:
        """Prepare the stream of the next connection."""
        stream = TickingStream(self.world.clock, *events, unknown=unknown)
        self.streams.append(stream)
        return stream

    def listen(self, seconds: int = 5, holder: str = "me") -> int:
        world = self.world
        feed = FeedPorts(
            venue_name=HYPERLIQUID,
            venue=world.venue,
            open_stream=self._open,
            markets=world.markets,
            clock=world.clock,
            pause=world.clock.advance,
            warn=lambda message, facts: self.warnings.append((message, facts)),
        )
        ports = ListenerPorts(feed, world.leaders, world.queues, self.leases)
        return listen(ports, holder, world.clock.now_ms() + seconds * 1000)

    def hold(self, holder: str, *, seconds: int, leaving: bool = False) -> Lease:
        """Let somebody hold the lease."""
        seen = self.leases.read(LEASE)
        token = seen.token if seen else 0
        until_ms = self.world.clock.now_ms() + seconds * 1000
        lease = Lease(LEASE, holder, token + 1, until_ms, leaving)
        assert self.leases.write(lease, seen_token=token)
        return lease

    def seen(self, buyer: str, seller: str, tid: str = "1", symbol: str = "BTC") -> TradesSeen:
        """Make a frame with one public trade of one unit at 100."""
        now_ms = self.world.clock.now_ms()
        price = self.world.venue.books.prices[symbol]
        return TradesSeen(
            symbol, (PublicTrade(symbol, price, ONE, now_ms, tid, buyer, seller),), now_ms
        )

    def sent(self) -> list[LeaderFills]:
        """Take what was sent to leader_sync."""
        return self.world.queues.leader_sync.take(1000)

    def repairs(self) -> list[str]:
        """Take what was sent and give the leaders whose repair was asked for, in order."""
        return [message.leader for message in self.sent() if message.after_gap]

    def reconciles(self) -> list[ReconcileWallet]:
        """Take the wallets that are marked for reconcile, their delay over."""
        self.world.clock.advance(5_000)
        taken = self.world.queues.reconcile.take(1000)
        return [command for command in taken if isinstance(command, ReconcileWallet)]

    def checks(self) -> list[str]:
        """Take the commands for reconcile and give the leaders whose check was asked for."""
        taken = self.world.queues.reconcile.take(1000)
        return [command.leader for command in taken if isinstance(command, CheckLeader)]

    def _open(self) -> MarketStream:
        stream = self.streams.pop(0) if self.streams else TickingStream(self.world.clock)
        self.opened.append(stream)
        return stream
