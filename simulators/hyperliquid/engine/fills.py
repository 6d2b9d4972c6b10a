"""Executions as an account sees them (`Fill`) and as everybody does (`PublicTrade`)."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

BUY = "B"
SELL = "A"


def opposite(side: str) -> str:
    """Return the other side."""
    return SELL if side == BUY else BUY


@dataclass(frozen=True, slots=True)
class Fill:
    """One execution of one account; ``fee`` includes the builder's part."""

    coin: str
    price: Decimal
    size: Decimal
    side: str
    time_ms: int
    start_position: Decimal
    direction: str
    closed_pnl: Decimal
    hash: str
    oid: int
    crossed: bool
    fee: Decimal
    tid: int
    fee_token: str = "USDC"
    twap_id: int | None = None
    cloid: str | None = None
    builder_fee: Decimal | None = None
    liquidation: Mapping[str, str] | None = None

    @property
    def signed_size(self) -> Decimal:
        """Size, negative for sells."""
        return self.size if self.side == BUY else -self.size


@dataclass(frozen=True, slots=True)
class PublicTrade:
    """One execution as published: ``side`` is the taker's, users are buyer then seller."""

    coin: str
    side: str
    price: Decimal
    size: Decimal
    time_ms: int
    hash: str
    tid: int
    users: tuple[str, str]
    published_ms: int


class FillLog:
    """An account's fills in order of time; equal times keep their order of execution."""

    def __init__(self) -> None:
        """Start empty."""
        self.fills: list[Fill] = []

    def add(self, fill: Fill) -> None:
        """Append, or insert when recorded time runs behind."""
        insort(self.fills, fill, key=lambda known: known.time_ms)

    def between(self, start_ms: int, end_ms: int | None, limit: int) -> list[Fill]:
        """Return the oldest ``limit`` fills from ``start_ms`` to ``end_ms``, both included."""
        first = bisect_left(self.fills, start_ms, key=lambda fill: fill.time_ms)
        last = len(self.fills)
        if end_ms is not None:
            last = bisect_left(self.fills, end_ms + 1, key=lambda fill: fill.time_ms)
        return self.fills[first : min(last, first + limit)]

    def newest(self, limit: int) -> list[Fill]:
        """Return the newest ``limit`` fills, newest first."""
        return self.fills[: -limit - 1 : -1]
