"""A venue's public stream: who traded what, and prices, one connection at a time.

A connection never mends itself: whoever holds it decides when to open the next one.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple, Protocol

from understudy.domain.trades import Fill, Side


class PublicTrade(NamedTuple):
    """One execution between two addresses (lower case)."""

    symbol: str
    price: Decimal
    size: Decimal
    time_ms: int
    tid: str
    buyer: str
    seller: str

    def fill(self, side: Side, seen_at_ms: int) -> Fill:
        """Give the execution as the buyer's or the seller's fill."""
        return Fill(
            symbol=self.symbol,
            side=side,
            price=self.price,
            size=self.size,
            time_ms=self.time_ms,
            tid=self.tid,
            seen_at_ms=seen_at_ms,
        )


class WatchedFill(NamedTuple):
    """A public trade from the side of a watched address."""

    address: str
    fill: Fill


@dataclass(frozen=True, slots=True)
class TradesSeen:
    """Trades of one symbol that came in one frame, in order.

    A venue repeats recent trades to every new subscriber: some may be new to us, so they are to be
    sent on like any other.
    """

    symbol: str
    trades: tuple[PublicTrade, ...]
    received_at_ms: int

    def fills_of(self, watched: Container[str]) -> list[WatchedFill]:
        """Pick the fills of watched addresses; two watched ones in one trade give two."""
        return [
            WatchedFill(address, trade.fill(side, self.received_at_ms))
            for trade in self.trades
            for address, side in ((trade.buyer, Side.BUY), (trade.seller, Side.SELL))
            if address in watched
        ]


@dataclass(frozen=True, slots=True)
class PricesSeen:
    """The middle prices of one dex."""

    dex: str
    prices: Mapping[str, Decimal]
    received_at_ms: int


@dataclass(frozen=True, slots=True)
class Subscribed:
    """The venue has taken the subscription of a symbol."""

    symbol: str


@dataclass(frozen=True, slots=True)
class StreamRefusal:
    """The venue refused something and keeps the connection."""

    text: str


@dataclass(frozen=True, slots=True)
class StreamClosed:
    """The connection is gone.

    `unconfirmed` are the symbols that were asked for and never confirmed: a venue may close the
    whole connection because of one that it does not know.
    """

    unconfirmed: tuple[str, ...]


StreamEvent = TradesSeen | PricesSeen | Subscribed | StreamRefusal | StreamClosed


class MarketStream(Protocol):
    """One connection. Not for several threads."""

    def connect(self) -> None:
        """Open the connection; raises VenueUnreachableError."""
        ...

    def subscribe(self, symbols: Iterable[str]) -> None:
        """Ask for the trades of symbols, which must be in the venue's live markets."""
        ...

    def renew(self, symbols: Iterable[str]) -> None:
        """Subscribe symbols anew, as if for the first time: their recent trades come again."""
        ...

    def unconfirmed(self) -> Sequence[str]:
        """Name the symbols that were asked for and never confirmed, in the order of asking."""
        ...

    def subscribe_prices(self, dexes: Iterable[str]) -> None:
        """Ask for the middle prices of dexes."""
        ...

    def receive(self, timeout_ms: int) -> StreamEvent | None:
        """Wait for the next event; None when none came in time. Keeps the connection alive.

        After StreamClosed, every further call gives it again at once.
        """
        ...

    def silent_ms(self) -> int:
        """Say for how long nothing at all has come, answers to our own pings included."""
        ...

    def ages_ms(self) -> Mapping[str, int]:
        """Say by symbol how old its latest trades are; without any, how old the subscription is."""
        ...

    def close(self) -> None:
        """Close the connection; harmless when it is closed."""
        ...
