"""The venue's stream as one listener hears it: connected, subscribed, replaced when it fails.

It decides what is subscribed and when; what the events mean is the listener's affair.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from understudy.domain.errors import VenueUnreachableError
from understudy.domain.markets import Market
from understudy.ports.clock import Clock
from understudy.ports.copying import MarketStore
from understudy.ports.stream import MarketStream, StreamClosed, StreamEvent
from understudy.ports.venue import Venue

Warn = Callable[[str, Mapping[str, object]], None]

# What is traded changes seldom, and asking weighs as much as an order for each dex and more.
MARKETS_MS = 300_000
SILENT_MS = 40_000
RENEW_MS = 10_000
QUIET_MS = 60_000
STABLE_MS = 10_000
FIRST_WAIT_MS = 500
LONGEST_WAIT_MS = 5_000
MAX_SUBSCRIPTIONS = 1_000

# An alarm counts the warnings with this code.
UNREACHABLE = "STREAM_UNREACHABLE"


@dataclass(frozen=True, slots=True)
class FeedPorts:
    """What hearing one venue needs from the world; `pause` waits for so many ms."""

    venue_name: str
    venue: Venue
    open_stream: Callable[[], MarketStream]
    markets: MarketStore
    clock: Clock
    pause: Callable[[int], None]
    warn: Warn


@dataclass(slots=True)
class Subscriptions:
    """What is traded, and what is asked for of it on the connection that stands.

    `unknown` are symbols on which the venue closed the connection, `suspect` the one on which it
    closed the last, `missed` those that matter and were looked for among the markets in vain.
    `asked` and `priced` are forgotten with their connection.
    """

    markets: Sequence[Market] = ()
    asked: set[str] = field(default_factory=set)
    priced: set[str] = field(default_factory=set)
    left_out: int = 0
    suspect: str = ""
    unknown: set[str] = field(default_factory=set)
    missed: set[str] = field(default_factory=set)

    def suspected(self, unconfirmed: Sequence[str]) -> None:
        """Leave a symbol out on which the venue closed the connection twice in a row."""
        suspect = unconfirmed[0] if unconfirmed else ""
        if suspect and suspect == self.suspect:
            self.unknown.add(suspect)
        self.suspect = suspect

    def newly_missed(self, first: Collection[str]) -> set[str]:
        """Give what matters and is no market known here; each symbol once, it may stay unknown."""
        known = {market.symbol for market in self.markets}
        fresh = set(first) - known - self.missed
        self.missed |= fresh
        return fresh

    def wanted(self, live: Sequence[Market], first: Collection[str]) -> list[str]:
        """Choose the symbols to hear: all that there is room for, those that matter first."""
        dexes = {market.dex for market in live}
        room = MAX_SUBSCRIPTIONS - len(dexes) - len(self.asked)
        fresh = [market for market in live if market.symbol not in self.asked | self.unknown]
        fresh.sort(key=lambda market: (market.symbol not in first, market.dex != ""))
        self.left_out = max(0, len(fresh) - room)
        return [market.symbol for market in fresh[:room]]


class MarketFeed:
    """One connection after the other; `first` names the symbols that matter most."""

    def __init__(self, ports: FeedPorts, first: Callable[[], Collection[str]]) -> None:
        self._ports = ports
        self._first = first
        self._subscriptions = Subscriptions()
        self._stream: MarketStream | None = None
        self._connected_ms = self._retry_ms = self._wait_ms = 0
        self._markets_ms = self._renewed_ms = 0

    def open(self) -> None:
        """Read what is traded, connect and subscribe; raises VenueUnreachableError."""
        self._connect(self._ports.clock.now_ms())

    def close(self) -> None:
        """Close the connection; harmless when there is none."""
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()

    def receive(self, timeout_ms: int) -> StreamEvent | None:
        """Wait for the next event; None when none came in time, or while no connection stands."""
        if self._stream is None:
            self._ports.pause(timeout_ms)
            return None
        event = self._stream.receive(timeout_ms)
        if isinstance(event, StreamClosed):
            self._subscriptions.suspected(event.unconfirmed)
            self._lose()
        return event

    def tend(self, now_ms: int) -> bool:
        """Keep the connection good; True when a new one stands: what passed between is unseen."""
        if self._stream is not None and self._stream.silent_ms() > SILENT_MS:
            self._lose()
        if self._stream is None:
            return self._reconnected(now_ms)
        renews = now_ms - self._renewed_ms >= RENEW_MS
        if self._markets_are_old(now_ms) or (renews and self._holds_what_is_new()):
            self._read_markets(now_ms)
            self._subscribe(self._stream)
        if renews:
            self._renewed_ms = now_ms
            self._renew(self._stream)
        return False

    def _holds_what_is_new(self) -> bool:
        """Say whether a leader holds what was no market when these were read."""
        return bool(self._subscriptions.newly_missed(self._first()))

    def _lose(self) -> None:
        """Give the connection up; one that did not live long is replaced with a growing wait."""
        self.close()
        now_ms = self._ports.clock.now_ms()
        if now_ms - self._connected_ms >= STABLE_MS:
            self._wait_ms = 0
        self._retry_ms = now_ms + self._wait_ms
        self._wait_longer()

    def _wait_longer(self) -> None:
        self._wait_ms = min(LONGEST_WAIT_MS, max(FIRST_WAIT_MS, self._wait_ms * 2))

    def _reconnected(self, now_ms: int) -> bool:
        if now_ms < self._retry_ms:
            return False
        try:
            self._connect(now_ms)
        except VenueUnreachableError as error:
            self._retry_ms = self._ports.clock.now_ms() + self._wait_ms
            facts = {"code": UNREACHABLE, "again_in_ms": self._wait_ms}
            self._ports.warn(error.message, facts)
            self._wait_longer()
            return False
        return True

    def _connect(self, now_ms: int) -> None:
        stream = self._ports.open_stream()
        stream.connect()
        self._stream, self._connected_ms, self._renewed_ms = stream, now_ms, now_ms
        self._subscriptions.asked, self._subscriptions.priced = set(), set()
        if self._subscriptions.suspect or self._markets_are_old(now_ms):
            self._read_markets(now_ms)
        self._subscribe(stream)

    def _markets_are_old(self, now_ms: int) -> bool:
        return now_ms - self._markets_ms >= MARKETS_MS

    def _read_markets(self, now_ms: int) -> None:
        """Read what is traded now; while the venue does not say, what was known goes on."""
        ports, self._markets_ms = self._ports, now_ms
        try:
            self._subscriptions.markets = ports.venue.markets()
        except VenueUnreachableError:
            return
        ports.markets.put_markets(ports.venue_name, self._subscriptions.markets)

    def _subscribe(self, stream: MarketStream) -> None:
        asked = self._subscriptions
        live = asked.markets or list(self._ports.markets.markets(self._ports.venue_name).values())
        before = asked.left_out
        symbols = asked.wanted(live, self._first())
        stream.subscribe(symbols)
        asked.asked |= set(symbols)
        dexes = {market.dex for market in live}
        stream.subscribe_prices(sorted(dexes - asked.priced))
        asked.priced |= dexes
        if asked.left_out > before:
            facts = {"left_out": asked.left_out, "heard": len(asked.asked)}
            self._ports.warn("more symbols are traded than one connection may hear", facts)

    def _renew(self, stream: MarketStream) -> None:
        """Subscribe anew where a symbol that matters is quiet, or was never confirmed."""
        ages, unconfirmed = stream.ages_ms(), set(stream.unconfirmed())
        doubted = unconfirmed | set(self._first())
        stream.renew(sorted(s for s in doubted if ages.get(s, 0) >= QUIET_MS))
