"""One WebSocket connection to the venue's public stream, and how alive it is. Never reconnects."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import ClientConnection, connect

from understudy.adapters.venues.hyperliquid.constants import (
    CONNECT_TIMEOUT_MS,
    PING_EVERY_MS,
    READ_TIMEOUT_MS,
)
from understudy.adapters.venues.hyperliquid.frames import (
    PING,
    parse_frame,
    subscribe_prices,
    subscribe_trades,
    unsubscribe_trades,
)
from understudy.domain.errors import VenueUnreachableError
from understudy.domain.markets import HYPERLIQUID
from understudy.ports.stream import StreamClosed, StreamEvent, Subscribed, TradesSeen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from understudy.ports.clock import Clock

# Frames that may wait for us before the socket is read no further.
_FRAMES_WAITING = 4096


class HyperliquidStream:
    """The venue's trades and prices over one socket."""

    def __init__(self, url: str, clock: Clock, *, ping_every_ms: int = PING_EVERY_MS) -> None:
        self._url = url.rstrip("/").replace("http", "ws", 1) + "/ws"
        self._clock = clock
        self._ping_every_ms = ping_every_ms
        self._resources = ExitStack()
        self._socket: ClientConnection | None = None
        self._heard_ms = self._pinged_ms = 0
        self._asked_ms: dict[str, int] = {}
        self._data_ms: dict[str, int] = {}
        self._unconfirmed: dict[str, None] = {}

    def connect(self) -> None:
        """Open the connection; raises VenueUnreachableError."""
        try:
            self._socket = self._resources.enter_context(
                connect(
                    self._url,
                    compression=None,
                    proxy=None,
                    open_timeout=(CONNECT_TIMEOUT_MS + READ_TIMEOUT_MS) / 1000,
                    close_timeout=CONNECT_TIMEOUT_MS / 1000,
                    ping_interval=None,
                    max_size=None,
                    max_queue=_FRAMES_WAITING,
                )
            )
        except (OSError, WebSocketException) as error:
            raise VenueUnreachableError(
                "the venue's stream cannot be opened: try again in a moment", venue=HYPERLIQUID
            ) from error
        self._heard_ms = self._pinged_ms = self._clock.now_ms()

    def subscribe(self, symbols: Iterable[str]) -> None:
        """Ask for the trades of symbols, each once; only names of live markets."""
        for symbol in symbols:
            if symbol not in self._asked_ms:
                self._ask(symbol)

    def renew(self, symbols: Iterable[str]) -> None:
        """Ask for symbols anew; what the venue had confirmed is taken back before."""
        for symbol in symbols:
            if symbol in self._asked_ms and symbol not in self._unconfirmed:
                self._send(unsubscribe_trades(symbol))
            self._data_ms.pop(symbol, None)
            self._ask(symbol)

    def unconfirmed(self) -> Sequence[str]:
        """Name the symbols that were asked for and never confirmed, in the order of asking."""
        return tuple(self._unconfirmed)

    def subscribe_prices(self, dexes: Iterable[str]) -> None:
        """Ask for the middle prices of dexes."""
        for dex in dexes:
            self._send(subscribe_prices(dex))

    def receive(self, timeout_ms: int) -> StreamEvent | None:
        """Wait for the next event; None when none came in time, or only an answer to a ping."""
        if self._socket is None:
            return self._closed()
        self._keep_alive()
        try:
            text = self._socket.recv(timeout=timeout_ms / 1000)
        except TimeoutError:
            return None
        except (ConnectionClosed, OSError):
            return self._closed()
        self._heard_ms = self._clock.now_ms()
        return self._noted(parse_frame(text, self._heard_ms))

    def silent_ms(self) -> int:
        """Say for how long nothing at all has come, answers to our own pings included."""
        return self._clock.now_ms() - self._heard_ms

    def ages_ms(self) -> Mapping[str, int]:
        """Say by symbol how old its latest trades are; without any, how old the subscription is."""
        now_ms = self._clock.now_ms()
        return {
            symbol: now_ms - self._data_ms.get(symbol, asked_ms)
            for symbol, asked_ms in self._asked_ms.items()
        }

    def close(self) -> None:
        """Close the connection; harmless when it is closed."""
        self._socket = None
        self._resources.close()

    def _ask(self, symbol: str) -> None:
        self._asked_ms[symbol] = self._clock.now_ms()
        self._unconfirmed[symbol] = None
        self._send(subscribe_trades(symbol))

    def _noted(self, event: StreamEvent | None) -> StreamEvent | None:
        if isinstance(event, Subscribed):
            self._unconfirmed.pop(event.symbol, None)
        elif isinstance(event, TradesSeen):
            self._data_ms[event.symbol] = event.received_at_ms
        return event

    def _keep_alive(self) -> None:
        now_ms = self._clock.now_ms()
        if now_ms - self._pinged_ms >= self._ping_every_ms:
            self._pinged_ms = now_ms
            self._send(PING)

    def _send(self, text: str) -> None:
        # `receive` tells of a socket that is gone, after the frames that came before its end.
        if self._socket is not None:
            with suppress(ConnectionClosed, OSError):
                self._socket.send(text)

    def _closed(self) -> StreamClosed:
        self.close()
        return StreamClosed(tuple(self._unconfirmed))
