"""Orders as asked for and as kept in the books, and the history each account can look up."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from simulators.hyperliquid.decimals import ZERO
from simulators.hyperliquid.engine.fills import BUY

LOOKUP_LIMIT = 2000
OPEN = "open"
FILLED = "filled"
CANCELED = "canceled"


@dataclass(frozen=True, slots=True)
class Trigger:
    """When a trigger order wakes up, and what it becomes."""

    price: Decimal
    is_market: bool
    kind: str


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """One order as asked for."""

    asset: int
    is_buy: bool
    price: Decimal
    size: Decimal
    reduce_only: bool
    tif: str
    cloid: str | None = None
    trigger: Trigger | None = None


@dataclass(frozen=True, slots=True)
class Builder:
    """Who brought the order and what they take, in tenths of a basis point."""

    address: str
    fee_tenths_bp: int


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an action came from: the judge's evidence."""

    user: str
    signer: str
    nonce: int
    received_ms: str
    builder: Builder | None = None


@dataclass(slots=True)
class Order:
    """One order in the books; ``remaining`` and ``filled`` move, the rest stays."""

    oid: int
    user: str
    coin: str
    side: str
    price: Decimal
    size: Decimal
    reduce_only: bool
    tif: str
    cloid: str | None
    time_ms: int
    origin: Origin
    trigger: Trigger | None = None
    status: str = OPEN
    status_time_ms: int = 0
    filled: Decimal = ZERO
    filled_usd: Decimal = ZERO
    error: str | None = None

    @property
    def remaining(self) -> Decimal:
        """What is still to be filled."""
        return self.size - self.filled

    @property
    def is_buy(self) -> bool:
        """Whether it buys."""
        return self.side == BUY

    @property
    def is_open(self) -> bool:
        """Whether it still can trade."""
        return self.status == OPEN

    def close(self, status: str, time_ms: int, error: str | None = None) -> None:
        """Give the order its final status."""
        self.status = status
        self.status_time_ms = time_ms
        self.error = error


@dataclass(slots=True)
class OrderHistory:
    """All orders of an account; only the latest 2,000 can be looked up, as on the venue."""

    every: list[Order] = field(default_factory=list)
    by_oid: dict[int, Order] = field(default_factory=dict)
    by_cloid: dict[str, Order] = field(default_factory=dict)
    open: dict[int, Order] = field(default_factory=dict)

    def add(self, order: Order) -> None:
        """Record a new order, forgetting the oldest finished one beyond the limit."""
        self.every.append(order)
        self.by_oid[order.oid] = order
        if order.cloid is not None:
            self.by_cloid[order.cloid] = order
        if order.is_open:
            self.open[order.oid] = order
        if len(self.by_oid) > LOOKUP_LIMIT:
            self._forget(self.by_oid[next(iter(self.by_oid))])

    def _forget(self, order: Order) -> None:
        del self.by_oid[order.oid]
        if order.is_open:
            self.by_oid[order.oid] = order
        elif order.cloid is not None and self.by_cloid.get(order.cloid) is order:
            del self.by_cloid[order.cloid]

    def finish(self, order: Order) -> None:
        """Take a finished order off the open ones."""
        self.open.pop(order.oid, None)

    def newest(self, limit: int) -> list[Order]:
        """Return the newest ``limit`` orders, newest first."""
        return self.every[: -limit - 1 : -1]
