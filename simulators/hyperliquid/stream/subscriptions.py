"""What a client can subscribe to, and the key under which frames find it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simulators.hyperliquid.addresses import is_address
from simulators.hyperliquid.engine.universe import MAIN_DEX, Universe

BY_COIN = frozenset({"trades", "l2Book", "bbo", "activeAssetCtx"})
BY_USER = frozenset({"userFills", "orderUpdates", "userEvents"})
SIGNIFICANT_FIGURES = range(2, 6)
Key = tuple[str, str]


class UnknownMarketError(Exception):
    """The venue drops the whole socket for this, without a word."""


class InvalidSubscriptionError(Exception):
    """The venue answers this with an error frame."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """One thing to hear about; ``argument`` is a coin, a user or a dex."""

    kind: str
    argument: str
    aggregate: bool = False

    @property
    def key(self) -> Key:
        """The key frames are sent under."""
        return (self.kind, self.argument)

    @property
    def is_of_user(self) -> bool:
        """Whether it counts against the limit of users."""
        return self.kind in BY_USER


def read_subscription(wire: Any, universe: Universe) -> Subscription:
    """Return the subscription asked for."""
    kind = wire.get("type") if isinstance(wire, dict) else None
    if not isinstance(kind, str):
        raise InvalidSubscriptionError
    if kind in BY_COIN:
        return _by_coin(kind, wire, universe)
    if kind in BY_USER and is_address(wire.get("user")):
        return Subscription(kind, wire["user"].lower(), bool(wire.get("aggregateByTime")))
    if kind == "allMids":
        dex = wire.get("dex") or MAIN_DEX
        if not isinstance(dex, str) or dex not in universe.by_dex:
            raise UnknownMarketError
        return Subscription(kind, dex)
    raise InvalidSubscriptionError


def _by_coin(kind: str, wire: dict[str, Any], universe: Universe) -> Subscription:
    coin = wire.get("coin")
    known = isinstance(coin, str) and coin in universe.by_name
    figures = wire.get("nSigFigs")
    if not known or not (figures is None or figures in SIGNIFICANT_FIGURES):
        raise UnknownMarketError
    return Subscription(kind, str(coin))
