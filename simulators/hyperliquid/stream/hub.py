"""Carries what the books announce to whoever subscribed, one encoding per frame."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from simulators.hyperliquid.clock import NS_PER_MS
from simulators.hyperliquid.control.faults import DISCONNECT, STREAM_KINDS, Facts, Fault, Faults
from simulators.hyperliquid.stream import frames

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulators.hyperliquid.engine.fills import Fill, PublicTrade
    from simulators.hyperliquid.engine.market import Market
    from simulators.hyperliquid.engine.orders import Order
    from simulators.hyperliquid.engine.venue import Venue
    from simulators.hyperliquid.stream.connection import Connection
    from simulators.hyperliquid.stream.subscriptions import Key, Subscription

_FOREVER_NS = 1 << 63
_PERIODIC_BY_COIN = ("l2Book", "activeAssetCtx")


class Hub:
    """All sockets and who of them hears what; a `VenueEvents` listener."""

    def __init__(self, venue: Venue, faults: Faults) -> None:
        """Listen to ``venue``."""
        self._venue = venue
        self._faults = faults
        self._moved: set[str] = set()
        self.connections: set[Connection] = set()
        self.listeners: dict[Key, set[Connection]] = defaultdict(set)

    def subscribe(self, connection: Connection, subscription: Subscription) -> None:
        """Let a connection hear, starting with the snapshot."""
        connection.subscriptions[subscription.key] = subscription
        self.listeners[subscription.key].add(connection)
        first = frames.snapshot(self._venue, subscription)
        if first is not None:
            self.deliver(connection, subscription.key, first)

    def unsubscribe(self, connection: Connection, key: Key) -> None:
        """Let a connection hear no more."""
        del connection.subscriptions[key]
        self.listeners[key].discard(connection)

    def remove(self, connection: Connection) -> None:
        """Forget a connection."""
        self.connections.discard(connection)
        for key in connection.subscriptions:
            self.listeners[key].discard(connection)

    def traded(self, coin: str, trades: Sequence[PublicTrade]) -> None:
        """Send public trades in one frame."""
        key = ("trades", coin)
        if self.listeners.get(key):
            self._publish(key, frames.trades_frame(trades))

    def filled(self, user: str, fills: Sequence[Fill]) -> None:
        """Send fills to those who watch the user."""
        key = ("userFills", user)
        for connection in tuple(self.listeners.get(key, ())):
            aggregate = connection.subscriptions[key].aggregate
            frame = frames.fills_frame(user, fills, aggregate=aggregate)
            self.deliver(connection, key, frame)
        if self.listeners.get(("userEvents", user)):
            self._publish(("userEvents", user), frames.events_frame(fills))

    def order_changed(self, order: Order) -> None:
        """Send an order's new state."""
        key = ("orderUpdates", order.user)
        if self.listeners.get(key):
            self._publish(key, frames.order_frame(order))

    def priced(self, market: Market) -> None:
        """Send the new best prices at once, the rest with the next `flush`."""
        self._moved.add(market.name)
        key = ("bbo", market.name)
        if self.listeners.get(key):
            self._publish(key, frames.best_frame(self._venue, market))

    def flush(self) -> None:
        """Send the books, contexts and mids that moved since the last time."""
        moved, self._moved = self._moved, set()
        keys = [(kind, coin) for coin in moved for kind in _PERIODIC_BY_COIN]
        dexes = {self._venue.universe.by_name[coin].dex for coin in moved}
        for key in (*keys, *(("allMids", dex) for dex in dexes)):
            if self.listeners.get(key):
                self._publish(key, frames.current_frame(self._venue, *key))

    def repeat_mids(self) -> None:
        """Send the mids of every dex, moved or not, as the venue does every few seconds."""
        for dex in tuple(argument for kind, argument in self.listeners if kind == "allMids"):
            if self.listeners.get(("allMids", dex)):
                self._publish(("allMids", dex), frames.current_frame(self._venue, "allMids", dex))

    def deliver(self, connection: Connection, key: Key, frame: str) -> None:
        """Send one frame to one connection, unless a fault strikes it."""
        if self._is_silenced(connection):
            return
        kind, argument = key
        user, coins = ("", (argument,)) if kind not in _USER_KINDS else (argument, ())
        fault = self._faults.scripts and self._faults.take(
            STREAM_KINDS, Facts("ws", kind, user, coins)
        )
        if fault:
            self._strike(connection, fault)
        else:
            connection.send(frame)

    def reply(self, connection: Connection, frame: str) -> None:
        """Send an answer, unless the socket has fallen silent."""
        if not self._is_silenced(connection):
            connection.send(frame)

    def abort_all(self) -> None:
        """Drop every socket."""
        for connection in tuple(self.connections):
            connection.abort()

    def _publish(self, key: Key, frame: str) -> None:
        for connection in tuple(self.listeners[key]):
            self.deliver(connection, key, frame)

    def _is_silenced(self, connection: Connection) -> bool:
        until_ns = connection.silent_until_ns
        return until_ns is not None and self._venue.clock.now_ns() < until_ns

    def _strike(self, connection: Connection, fault: Fault) -> None:
        if fault.kind == DISCONNECT:
            connection.abort()
        else:
            lasting = fault.delay_ms * NS_PER_MS or _FOREVER_NS
            connection.silent_until_ns = self._venue.clock.now_ns() + lasting


_USER_KINDS = frozenset({"userFills", "userEvents", "orderUpdates"})
