"""Listening to the venue's public trades for every leader and follower wallet at once.

One holder of the lease listens; a successor connects and subscribes before the holder lets go.
Two at once are harmless: a fill has one identity.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from understudy.domain.errors import VenueUnreachableError
from understudy.domain.ids import WalletId
from understudy.domain.replacing import replace
from understudy.domain.trades import Fill
from understudy.messages import CheckLeader, LeaderFills, ReconcileWallet
from understudy.ports.clock import Clock
from understudy.ports.copying import LeaderStore
from understudy.ports.delivery import Queues
from understudy.ports.leases import Lease, Leases
from understudy.ports.stream import PricesSeen, StreamEvent, StreamRefusal, TradesSeen
from understudy.workflows.watching.market_feed import FeedPorts, MarketFeed
from understudy.workflows.watching.marking import MarkKeeper

LEASE_MS = 15_000
RENEW_MS = 5_000
WATCH_MS = 1_000
CHECK_MS = 60_000
DOUBT_MS = 10_000
RECEIVE_MS = 200
RECONCILE_MS = 30_000
RECONCILE_DELAY_SECONDS = 5
HAND_OVER_MS = 60_000


@dataclass(frozen=True, slots=True)
class ListenerPorts:
    """What listening to one venue needs from the world; `feed` is how the venue is heard."""

    feed: FeedPorts
    leaders: LeaderStore
    queues: Queues
    leases: Leases

    @property
    def venue_name(self) -> str:
        """Give the venue's name."""
        return self.feed.venue_name

    @property
    def clock(self) -> Clock:
        """Give the clock."""
        return self.feed.clock


@dataclass(slots=True)
class Watch:
    """Whom the listener watches, and since when it did what.

    `doubtful` says that trades may have been missed since the leaders were compared. `open` are
    the symbols that a leader holds, as its book said when the leader's turn was last. `last_fill`
    is what was sent last of a leader, `asked_ms` when its book was last to be compared after a gap.
    """

    leaders: Mapping[str, int] = field(default_factory=dict)
    wallets: Mapping[str, WalletId] = field(default_factory=dict)
    checked_ms: dict[str, int] = field(default_factory=dict)
    open: dict[str, frozenset[str]] = field(default_factory=dict)
    reconciled_ms: dict[WalletId, int] = field(default_factory=dict)
    done_ms: dict[str, int] = field(default_factory=dict)
    asked_ms: dict[str, int] = field(default_factory=dict)
    last_fill: dict[str, str] = field(default_factory=dict)
    doubtful: bool = False

    def is_due(self, task: str, every_ms: int, now_ms: int) -> bool:
        """Say whether a task's time has come, and count it as done now."""
        if now_ms - self.done_ms.get(task, -every_ms) < every_ms:
            return False
        self.done_ms[task] = now_ms
        return True

    def chained(self, message: LeaderFills) -> LeaderFills:
        """Name what was sent before a message: nobody else knows of it, should it die."""
        leader = message.leader
        after, asked_ms = self.last_fill.get(leader, ""), self.asked_ms.get(leader, 0)
        if message.fills:
            self.last_fill[leader] = message.fills[-1].key.text
        return replace(message, after=after, asked_ms=asked_ms)

    def next_to_check(self, now_ms: int) -> str | None:
        """Choose the leader who has waited longest, once a minute is over for it."""
        waiting = min(self.leaders, key=lambda leader: self.checked_ms.get(leader, 0), default="")
        if not waiting or now_ms - self.checked_ms.get(waiting, 0) < CHECK_MS:
            return None
        self.checked_ms[waiting] = now_ms
        return waiting

    def open_symbols(self) -> frozenset[str]:
        """Give the symbols that any watched leader holds."""
        return frozenset().union(*(self.open.get(leader, ()) for leader in self.leaders))


def listen(ports: ListenerPorts, holder: str, ends_at_ms: int) -> int:
    """Listen until the time is up or another has taken over; gives the number of leader fills sent.

    Returns at once when another holder has time left. Raises VenueUnreachableError when no stream
    can be opened while another still listens: the next scheduled run takes over.
    """
    seen = ports.leases.read(_lease_name(ports))
    now_ms = ports.clock.now_ms()
    if seen is not None and seen.until_ms > now_ms and not seen.leaving:
        return 0
    listener = Listener(ports, MarkKeeper(ports.venue_name, ports.feed.markets))
    try:
        listener.open()
    except VenueUnreachableError:
        if seen is not None and seen.until_ms > now_ms:
            raise
        # Nobody listens: this run tries until it can.
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
    """One run of the listener."""

    def __init__(self, ports: ListenerPorts, marks: MarkKeeper) -> None:
        self._ports = ports
        self._marks = marks
        self._watch = Watch()
        self._feed = MarketFeed(ports.feed, self._watch.open_symbols)
        self._sent = 0

    def open(self) -> None:
        """Read whom to watch and what they hold, then connect and subscribe."""
        self._read_watch()
        for leader in self._watch.leaders:
            self._read_open(leader)
        self._feed.open()

    def close(self) -> None:
        """Close the connection."""
        self._feed.close()

    def run(self, lease: Lease, ends_at_ms: int) -> int:
        """Listen while the lease is ours; what passed before it is compared first."""
        self._ask_after_gap(self._watch.leaders)
        while True:
            now_ms = self._ports.clock.now_ms()
            if now_ms >= ends_at_ms or not self._keep(lease, ends_at_ms, now_ms):
                break
            self._tend(now_ms)
            event = self._feed.receive(RECEIVE_MS)
            if event is not None:
                self._handle(event)
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
            self._ask_after_gap(watch.leaders.keys() - known.keys())
            self._check_next(now_ms)
        if self._feed.tend(now_ms):
            watch.doubtful = True
        if watch.doubtful and watch.is_due("doubt", DOUBT_MS, now_ms):
            watch.doubtful = False
            self._ask_after_gap(watch.leaders)
        self._marks.flush(now_ms)

    def _handle(self, event: StreamEvent) -> None:
        if isinstance(event, TradesSeen):
            self._handle_trades(event)
        elif isinstance(event, PricesSeen):
            self._marks.note(event.prices, event.received_at_ms)
        elif isinstance(event, StreamRefusal):
            self._watch.doubtful = True

    def _handle_trades(self, event: TradesSeen) -> None:
        by_leader: dict[str, list[Fill]] = {}
        for address, fill in event.fills_of(self._watch.leaders):
            by_leader.setdefault(address, []).append(fill)
        name = self._ports.venue_name
        messages = [
            self._watch.chained(LeaderFills(name, leader, tuple(_without_self_trades(fills))))
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

    def _read_watch(self) -> None:
        watched = self._ports.leaders.watched(self._ports.venue_name)
        self._watch.leaders, self._watch.wallets = watched.leaders, watched.wallets

    def _read_open(self, leader: str) -> None:
        book = self._ports.leaders.leader_book(self._ports.venue_name, leader)
        self._watch.open[leader] = frozenset(book.positions)

    def _ask_after_gap(self, leaders: Iterable[str]) -> None:
        """Have leaders' books compared with the venue before their next fills are taken."""
        name, now_ms = self._ports.venue_name, self._ports.clock.now_ms()
        messages = [LeaderFills(name, leader, (), after_gap=True) for leader in sorted(leaders)]
        if messages:
            self._ports.queues.to_leader_sync(messages)
            self._watch.checked_ms |= dict.fromkeys(leaders, now_ms)
            self._watch.asked_ms |= dict.fromkeys(leaders, now_ms)

    def _check_next(self, now_ms: int) -> None:
        """Have the next leader compared beside the fills; one at a time, so never in a burst."""
        leader = self._watch.next_to_check(now_ms)
        if leader is not None:
            self._ports.queues.to_reconcile(CheckLeader(self._ports.venue_name, leader))
            self._read_open(leader)


def _without_self_trades(fills: list[Fill]) -> list[Fill]:
    """Drop trades of a leader with itself: both sides are in, and the position does not move."""
    sides: dict[tuple[str, int], int] = {}
    for fill in fills:
        sides[fill.tid, fill.time_ms] = sides.get((fill.tid, fill.time_ms), 0) + 1
    return [fill for fill in fills if sides[fill.tid, fill.time_ms] == 1]
