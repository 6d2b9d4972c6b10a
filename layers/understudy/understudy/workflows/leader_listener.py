"""Listening to the venue's public trades for every leader and follower wallet at once.

One holder of the lease listens; a successor connects and subscribes before the holder lets go.
Two at once are harmless: a fill has one identity.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from understudy.domain.errors import VenueUnreachableError
from understudy.domain.ids import WalletId
from understudy.domain.markets import Market
from understudy.domain.trades import Fill
from understudy.messages import LeaderFills, ReconcileWallet
from understudy.ports.clock import Clock
from understudy.ports.copying import LeaderStore, MarketStore
from understudy.ports.delivery import Queues
from understudy.ports.leases import Lease, Leases
from understudy.ports.stream import (
    MarketStream,
    PricesSeen,
    StreamClosed,
    StreamEvent,
    StreamRefusal,
    TradesSeen,
)
from understudy.ports.venue import Venue
from understudy.workflows.marking import MarkKeeper

LEASE_MS = 15_000
RENEW_MS = 5_000
WATCH_MS = 1_000
MARKETS_MS = 60_000
SWEEP_MS = 60_000
DOUBTFUL_SWEEP_MS = 10_000
SILENT_MS = 40_000
RECEIVE_MS = 200
RECONCILE_MS = 30_000
RECONCILE_DELAY_SECONDS = 5
HAND_OVER_MS = 60_000


@dataclass(frozen=True, slots=True)
class ListenerPorts:
    """What listening to one venue needs from the world."""

    venue_name: str
    venue: Venue
    open_stream: Callable[[], MarketStream]
    leaders: LeaderStore
    markets: MarketStore
    queues: Queues
    leases: Leases
    clock: Clock


@dataclass(slots=True)
class Watch:
    """Whom the listener watches, and since when it did what.

    `doubtful` says that trades may have been missed since the last repair; `unknown` are symbols
    on which the venue closed the connection, `suspect` the one on which it closed the last.
    """

    leaders: Mapping[str, int] = field(default_factory=dict)
    wallets: Mapping[str, WalletId] = field(default_factory=dict)
    reconciled_ms: dict[WalletId, int] = field(default_factory=dict)
    done_ms: dict[str, int] = field(default_factory=dict)
    markets: Sequence[Market] = ()
    doubtful: bool = False
    suspect: str = ""
    unknown: set[str] = field(default_factory=set)

    def is_due(self, task: str, every_ms: int, now_ms: int) -> bool:
        """Say whether a task's time has come, and count it as done now."""
        if now_ms - self.done_ms.get(task, -every_ms) < every_ms:
            return False
        self.done_ms[task] = now_ms
        return True


def listen(ports: ListenerPorts, holder: str, ends_at_ms: int) -> int:
    """Listen until the time is up or another has taken over; gives the number of leader fills sent.

    Returns at once when another holder has time left. Raises VenueUnreachableError when no stream
    can be opened: the next scheduled run tries again.
    """
    seen = ports.leases.read(_lease_name(ports))
    now_ms = ports.clock.now_ms()
    if seen is not None and seen.until_ms > now_ms and not seen.leaving:
        return 0
    listener = Listener(ports, MarkKeeper(ports.venue_name, ports.markets))
    listener.open()
    try:
        lease = _take(ports, holder, seen)
        return 0 if lease is None else listener.run(lease, ends_at_ms)
    finally:
        listener.close()


def _lease_name(ports: ListenerPorts) -> str:
    return f"leader_listener {ports.venue_name}"


def _take(ports: ListenerPorts, holder: str, seen: Lease | None) -> Lease | None:
    token = 0 if seen is None else seen.token
    until_ms = ports.clock.now_ms() + LEASE_MS
    lease = Lease(_lease_name(ports), holder, token + 1, until_ms)
    return lease if ports.leases.write(lease, seen_token=token) else None


class Listener:
    """One run of the listener on one connection at a time."""

    def __init__(self, ports: ListenerPorts, marks: MarkKeeper) -> None:
        self._ports = ports
        self._marks = marks
        self._watch = Watch()
        self._stream: MarketStream | None = None
        self._priced: set[str] = set()
        self._sent = 0

    def open(self) -> None:
        """Read whom to watch and what is traded, then connect and subscribe."""
        self._read_watch()
        self._read_markets()
        self._watch.done_ms["markets"] = self._ports.clock.now_ms()
        self._connect()

    def close(self) -> None:
        """Close the connection."""
        if self._stream is not None:
            self._stream.close()

    def run(self, lease: Lease, ends_at_ms: int) -> int:
        """Listen while the lease is ours; asks for a repair first, since trades may be missing."""
        self._ask_for_repair(self._watch.leaders)
        self._watch.done_ms["sweep"] = self._ports.clock.now_ms()
        while True:
            now_ms = self._ports.clock.now_ms()
            if now_ms >= ends_at_ms or not self._keep(lease, ends_at_ms, now_ms):
                break
            self._tend(now_ms)
            self._receive()
        return self._sent

    def _keep(self, lease: Lease, ends_at_ms: int, now_ms: int) -> bool:
        """Renew the lease now and then; False once another has taken it."""
        if not self._watch.is_due("lease", RENEW_MS, now_ms):
            return True
        leaving = now_ms >= ends_at_ms - HAND_OVER_MS
        renewed = replace(lease, until_ms=now_ms + LEASE_MS, leaving=leaving)
        return self._ports.leases.write(renewed, seen_token=lease.token)

    def _tend(self, now_ms: int) -> None:
        watch = self._watch
        if watch.is_due("watch", WATCH_MS, now_ms):
            known = watch.leaders
            self._read_watch()
            self._ask_for_repair(watch.leaders.keys() - known.keys())
        if watch.is_due("markets", MARKETS_MS, now_ms):
            self._read_markets()
            self._subscribe()
        if watch.is_due("sweep", DOUBTFUL_SWEEP_MS if watch.doubtful else SWEEP_MS, now_ms):
            watch.doubtful = False
            self._ask_for_repair(watch.leaders)
        self._marks.flush(now_ms)
        if self._stream is not None and self._stream.silent_ms() > SILENT_MS:
            self._reconnect()

    def _receive(self) -> None:
        if self._stream is None:
            return
        event = self._stream.receive(RECEIVE_MS)
        if event is not None:
            self._handle(event)

    def _handle(self, event: StreamEvent) -> None:
        if isinstance(event, TradesSeen):
            self._handle_trades(event)
        elif isinstance(event, PricesSeen):
            self._marks.note(event.prices, event.received_at_ms)
        elif isinstance(event, StreamRefusal):
            self._watch.doubtful = True
        elif isinstance(event, StreamClosed):
            self._suspect(event.unconfirmed)
            self._reconnect()

    def _handle_trades(self, event: TradesSeen) -> None:
        by_leader: dict[str, list[Fill]] = {}
        for address, fill in event.fills_of(self._watch.leaders):
            by_leader.setdefault(address, []).append(fill)
        name = self._ports.venue_name
        messages = [
            LeaderFills(name, leader, tuple(_without_self_trades(fills)))
            for leader, fills in by_leader.items()
        ]
        if messages:
            # The signer must know the price before an order at that price asks for a signature.
            self._marks.note({event.symbol: event.trades[-1].price}, event.received_at_ms)
            self._marks.flush(event.received_at_ms, at_once=True)
            self._ports.queues.to_leader_sync(messages)
            self._sent += sum(len(message.fills) for message in messages)
        self._mark_wallets(event)

    def _mark_wallets(self, event: TradesSeen) -> None:
        """Have follower wallets that traded compared with the venue, each at most every 30 s."""
        for address, _ in event.fills_of(self._watch.wallets):
            wallet = self._watch.wallets[address]
            since = event.received_at_ms - self._watch.reconciled_ms.get(wallet, 0)
            if since >= RECONCILE_MS:
                self._watch.reconciled_ms[wallet] = event.received_at_ms
                command = ReconcileWallet(wallet, "traded")
                self._ports.queues.to_reconcile(command, delay_seconds=RECONCILE_DELAY_SECONDS)

    def _suspect(self, unconfirmed: Sequence[str]) -> None:
        """Leave a symbol out on which the venue closed the connection twice in a row."""
        suspect = unconfirmed[0] if unconfirmed else ""
        if suspect and suspect == self._watch.suspect:
            self._watch.unknown.add(suspect)
        self._watch.suspect = suspect

    def _read_markets(self) -> None:
        """Read what is traded now; while the venue does not say, what was known goes on."""
        ports = self._ports
        try:
            self._watch.markets = ports.venue.markets()
        except VenueUnreachableError:
            return
        ports.markets.put_markets(ports.venue_name, self._watch.markets)

    def _read_watch(self) -> None:
        leaders = self._ports.leaders
        self._watch.leaders = leaders.watched_leaders(self._ports.venue_name)
        self._watch.wallets = leaders.watched_wallets(self._ports.venue_name)

    def _ask_for_repair(self, leaders: Iterable[str]) -> None:
        """Have leaders' books compared with the venue: trades may have passed unseen."""
        name = self._ports.venue_name
        messages = [LeaderFills(name, leader, (), after_gap=True) for leader in sorted(leaders)]
        if messages:
            self._ports.queues.to_leader_sync(messages)

    def _connect(self) -> None:
        self._stream, self._priced = self._ports.open_stream(), set()
        self._stream.connect()
        self._subscribe()

    def _subscribe(self) -> None:
        if self._stream is None:
            return
        stored = self._ports.markets.markets(self._ports.venue_name).values()
        live = [m for m in self._watch.markets or stored if m.symbol not in self._watch.unknown]
        self._stream.subscribe(market.symbol for market in live)
        dexes = {market.dex for market in live}
        self._stream.subscribe_prices(sorted(dexes - self._priced))
        self._priced |= dexes

    def _reconnect(self) -> None:
        """Open a new connection, then have repaired what passed in between."""
        self.close()
        self._read_markets()
        self._connect()
        self._ask_for_repair(self._watch.leaders)


def _without_self_trades(fills: list[Fill]) -> list[Fill]:
    """Drop trades of a leader with itself: both sides are in, and the position does not move."""
    sides: dict[tuple[str, int], int] = {}
    for fill in fills:
        sides[fill.tid, fill.time_ms] = sides.get((fill.tid, fill.time_ms), 0) + 1
    return [fill for fill in fills if sides[fill.tid, fill.time_ms] == 1]
