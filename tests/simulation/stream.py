"""The venue's public trades as listeners hear them: frames, gaps, silence, closed connections."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from random import Random

from tests.simulation.kinds import RESTART
from tests.simulation.loop import Loop
from understudy.domain.errors import VenueUnreachableError
from understudy.ports.stream import (
    PricesSeen,
    PublicTrade,
    StreamClosed,
    StreamEvent,
    Subscribed,
    TradesSeen,
)

RECENT = 10
RECENT_MS = 60_000  # others' trades have pushed older ones out of what a new subscriber is told
PRICES_MS = 5_000  # as seldom as the venue tells middle prices
FRAME_MS = (1, 2, 3, 5, 20)


class Tape:
    """What the venue tells every subscriber."""

    def __init__(
        self,
        loop: Loop,
        prices: Mapping[str, Decimal],
        random: Random,
        note: Callable[[str], None],
    ) -> None:
        self.loop = loop
        self.prices = prices
        self.is_down = False
        self._random = random
        self._note = note
        self._recent: dict[str, deque[PublicTrade]] = {}
        self._streams: list[SimulatedStream] = []

    def publish(self, symbol: str, trades: Sequence[PublicTrade]) -> None:
        """Tell of trades in one symbol, in one frame."""
        self._recent.setdefault(symbol, deque(maxlen=RECENT)).extend(trades)
        frame = TradesSeen(symbol, tuple(trades), self.loop.now_ms)
        for stream in list(self._streams):
            after_ms = FRAME_MS[int(self._random.random() * len(FRAME_MS))]
            self.loop.call(partial(stream.hear, frame), after_ms)

    def publish_prices(self) -> None:
        """Tell the middle prices, again and again."""
        by_dex: dict[str, dict[str, Decimal]] = {}
        for symbol, price in self.prices.items():
            by_dex.setdefault(symbol.partition(":")[0] if ":" in symbol else "", {})[symbol] = price
        for dex, prices in by_dex.items():
            frame = PricesSeen(dex, prices, self.loop.now_ms)
            for stream in self._streams:
                stream.hear(frame)
        self.loop.call(self.publish_prices, PRICES_MS)

    def open(self) -> SimulatedStream:
        """Give a connection that is not open yet."""
        return SimulatedStream(self)

    def add(self, stream: SimulatedStream) -> None:
        """Have a stream hear; raises VenueUnreachableError while the venue is down."""
        if self.is_down:
            self._note(RESTART)
            raise VenueUnreachableError("the venue's stream cannot be opened", venue="simulated")
        self._streams.append(stream)

    def remove(self, stream: SimulatedStream) -> None:
        """Have a stream hear no more."""
        if stream in self._streams:
            self._streams.remove(stream)

    def recent(self, symbol: str) -> tuple[PublicTrade, ...]:
        """Give a symbol's last trades, as a new subscriber is told them."""
        since_ms = self.loop.now_ms - RECENT_MS
        return tuple(each for each in self._recent.get(symbol, ()) if each.time_ms >= since_ms)

    def cut(self) -> None:
        """Close every connection."""
        for stream in list(self._streams):
            stream.break_off()

    def silence(self) -> None:
        """Let every connection that stands hear nothing any more, without being closed."""
        for stream in self._streams:
            stream.is_deaf = True

    def drop(self, frames: int) -> None:
        """Let every connection miss the next frames of trades."""
        for stream in self._streams:
            stream.misses = frames


class SimulatedStream:
    """Implements MarketStream."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        self._events: deque[StreamEvent] = deque()
        self._is_open = False
        self._heard_ms = 0
        self._ages: dict[str, int] = {}
        self._unconfirmed: dict[str, None] = {}
        self.is_deaf = False
        self.misses = 0

    def hear(self, event: StreamEvent) -> None:
        """Take a frame, unless the connection has a fault."""
        if not self._is_open or self.is_deaf:
            return
        if isinstance(event, TradesSeen):
            if event.symbol not in self._ages:
                return
            if self.misses:
                self.misses -= 1
                return
            self._ages[event.symbol] = self._tape.loop.now_ms
        self._heard_ms = self._tape.loop.now_ms
        self._events.append(event)

    def break_off(self) -> None:
        """Let the connection go."""
        self._is_open = False
        self._tape.remove(self)

    def connect(self) -> None:
        self._tape.add(self)
        self._is_open = True
        self._heard_ms = self._tape.loop.now_ms

    def subscribe(self, symbols: Iterable[str]) -> None:
        for symbol in symbols:
            self._unconfirmed[symbol] = None
            self._ages.setdefault(symbol, self._tape.loop.now_ms)
            self._tell_recent(symbol)

    def renew(self, symbols: Iterable[str]) -> None:
        for symbol in symbols:
            self._ages[symbol] = self._tape.loop.now_ms
            self._tell_recent(symbol)

    def unconfirmed(self) -> Sequence[str]:
        return tuple(self._unconfirmed)

    def subscribe_prices(self, dexes: Iterable[str]) -> None:
        pass

    def receive(self, timeout_ms: int) -> StreamEvent | None:
        if not self._events and self._is_open:
            self._tape.loop.sleep(timeout_ms)
        if self._events:
            event = self._events.popleft()
            if isinstance(event, Subscribed):
                self._unconfirmed.pop(event.symbol, None)
            return event
        return None if self._is_open else StreamClosed(tuple(self._unconfirmed))

    def silent_ms(self) -> int:
        return self._tape.loop.now_ms - self._heard_ms

    def ages_ms(self) -> Mapping[str, int]:
        now_ms = self._tape.loop.now_ms
        return {symbol: now_ms - since for symbol, since in self._ages.items()}

    def close(self) -> None:
        self.break_off()

    def _tell_recent(self, symbol: str) -> None:
        if self.is_deaf or not self._is_open:
            return
        self._events.append(Subscribed(symbol))
        if recent := self._tape.recent(symbol):
            self._events.append(TradesSeen(symbol, recent, self._tape.loop.now_ms))
