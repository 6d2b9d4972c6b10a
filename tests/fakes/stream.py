"""A market stream that plays a script."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from understudy.domain.errors import VenueUnreachableError
from understudy.ports.stream import StreamClosed, StreamEvent, Subscribed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


class ScriptedStream:
    """Implements MarketStream; what comes stands in `events`, how old it is in `ages`."""

    def __init__(self, *events: StreamEvent | None, unknown: Iterable[str] = ()) -> None:
        self.events: deque[StreamEvent | None] = deque(events)
        self.ages: dict[str, int] = {}
        self.silence_ms = 0
        self.is_unreachable = False
        self.is_open = False
        self.never_confirms = ""
        self.subscribed: list[str] = []
        self.renewed: list[str] = []
        self.priced: list[str] = []
        self._unknown = set(unknown)
        self._unconfirmed: dict[str, None] = {}

    def connect(self) -> None:
        if self.is_unreachable:
            raise VenueUnreachableError("the venue's stream cannot be opened", venue="memory")
        self.is_open = True

    def subscribe(self, symbols: Iterable[str]) -> None:
        for symbol in symbols:
            self.subscribed.append(symbol)
            self.ages.setdefault(symbol, 0)
            self._unconfirmed[symbol] = None
            # Like the venue: an unknown name closes everything without a word.
            self.is_open = self.is_open and symbol not in self._unknown
            if self.is_open and symbol != self.never_confirms:
                self.events.append(Subscribed(symbol))

    def renew(self, symbols: Iterable[str]) -> None:
        for symbol in symbols:
            self.renewed.append(symbol)
            self.ages[symbol] = 0

    def unconfirmed(self) -> Sequence[str]:
        return tuple(self._unconfirmed)

    def subscribe_prices(self, dexes: Iterable[str]) -> None:
        self.priced.extend(dexes)

    def receive(self, timeout_ms: int) -> StreamEvent | None:
        if self.events:
            event = self.events.popleft()
            if isinstance(event, Subscribed):
                self._unconfirmed.pop(event.symbol, None)
            self.is_open = self.is_open and not isinstance(event, StreamClosed)
            return event
        return None if self.is_open else StreamClosed(tuple(self._unconfirmed))

    def silent_ms(self) -> int:
        return self.silence_ms

    def ages_ms(self) -> Mapping[str, int]:
        return dict(self.ages)

    def close(self) -> None:
        self.is_open = False
