"""A leader's fills and trades: what was executed, and what it did to the leader's position."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from understudy.domain.ids import TradeId, trade_id
from understudy.domain.money import ZERO, divide


class Side(StrEnum):
    """Which way an execution went for the account in question."""

    BUY = "buy"
    SELL = "sell"

    @property
    def sign(self) -> int:
        """Give +1 for a buy and -1 for a sell."""
        return 1 if self is Side.BUY else -1

    @property
    def opposite(self) -> Side:
        """Give the other side."""
        return Side.SELL if self is Side.BUY else Side.BUY

    @classmethod
    def of(cls, signed_size: Decimal) -> Side:
        """Give the side that moves a position by this signed size."""
        return cls.BUY if signed_size > 0 else cls.SELL


class TradeKind(StrEnum):
    """What a trade did to the position it met."""

    OPEN = "open"
    ADD = "add"
    REDUCE = "reduce"
    CLOSE = "close"
    FLIP = "flip"


class FillKey(NamedTuple):
    """What makes a fill the same fill, whoever reports it. `hash` does not: it can be all zeros."""

    symbol: str
    time_ms: int
    tid: str
    side: Side

    @property
    def text(self) -> str:
        """Write the identity as one text."""
        return f"{self.symbol}#{self.time_ms}#{self.tid}#{self.side.value}"

    @classmethod
    def read(cls, text: str) -> FillKey:
        """Read what `text` wrote."""
        symbol, time_ms, tid, side = text.rsplit("#", 3)
        return cls(symbol, int(time_ms), tid, Side(side))


@dataclass(frozen=True, slots=True)
class Fill:
    """One execution of a watched account; `start_position` is None where the venue hides it."""

    symbol: str
    side: Side
    price: Decimal
    size: Decimal
    time_ms: int
    tid: str
    seen_at_ms: int
    start_position: Decimal | None = None
    liquidated_user: str | None = None

    @property
    def key(self) -> FillKey:
        """Give the identity under which the fill is stored once."""
        return FillKey(self.symbol, self.time_ms, self.tid, self.side)

    @property
    def signed_size(self) -> Decimal:
        """Give the change of the account's position."""
        return self.size * self.side.sign

    @property
    def end_position(self) -> Decimal | None:
        """Give the account's position after the fill; None where the venue hides it."""
        return None if self.start_position is None else self.start_position + self.signed_size


@dataclass(frozen=True)
class Trade:
    """The fills of one leader with equal symbol, side and millisecond, numbered per leader.

    A `correction` stands for what moved the leader's position without a fill that we could see.
    """

    venue: str
    leader: str
    symbol: str
    side: Side
    time_ms: int
    n: int
    seq: int
    size: Decimal
    notional: Decimal
    last_price: Decimal
    start_position: Decimal
    fill_count: int
    seen_at_ms: int
    stored_at_ms: int
    leader_trades_last_minute: int = 1
    correction: bool = False

    @cached_property
    def trade_id(self) -> TradeId:
        """Name the trade as anyone can recompute it from the venue's record."""
        return trade_id(self.venue, self.leader, self.symbol, self.side.value, self.time_ms, self.n)

    @property
    def price(self) -> Decimal:
        """Give the volume-weighted price."""
        return divide(self.notional, self.size)

    @property
    def signed_size(self) -> Decimal:
        """Give the change of the leader's position."""
        return self.size * self.side.sign

    @property
    def end_position(self) -> Decimal:
        """Give the leader's position after the trade."""
        return self.start_position + self.signed_size

    @cached_property
    def kind(self) -> TradeKind:
        """Say what the trade did to the leader's position."""
        return kind_of(self.start_position, self.end_position)


def kind_of(start: Decimal, end: Decimal) -> TradeKind:
    """Classify a move of a position."""
    if start == ZERO:
        return TradeKind.OPEN
    if end == ZERO:
        return TradeKind.CLOSE
    if (start > 0) != (end > 0):
        return TradeKind.FLIP
    return TradeKind.ADD if abs(end) > abs(start) else TradeKind.REDUCE
