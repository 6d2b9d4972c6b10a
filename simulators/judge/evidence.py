"""What the judge is shown: recording, release record, follows with receipts, the venue's books.

Shapes only; `reading` makes them from JSON. Sizes and money are exact, sides are +1 and -1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from simulators.judge.requests import RefusedAction, Requests

BUY = 1
SELL = -1


class EvidenceError(ValueError):
    """The evidence cannot be judged; the text says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class RecordedFill:
    """One fill of the leader, with the time as recorded."""

    symbol: str
    sign: int
    price: Fraction
    size: Fraction
    time_ms: int
    start: Fraction
    tid: str


class Adjustment(NamedTuple):
    """The venue moved the leader's position without a fill, by its own record and clock."""

    symbol: str
    at_ms: int
    start: Fraction
    end: Fraction


class Release(NamedTuple):
    """When the venue published a trade, and the shifted time it gave to it."""

    symbol: str
    sign: int
    time_ms: int
    sent_ms: Fraction


@dataclass(frozen=True, slots=True)
class Market:
    """The grid and the bounds of a symbol."""

    size_decimals: int
    max_leverage: int
    min_notional: Fraction


@dataclass(frozen=True, slots=True)
class Limits:
    """What the follower allows; money is margin in USDC."""

    budget: Fraction
    sizing: str
    cost_per_order: Fraction
    percent: Fraction
    max_order: Fraction
    max_total_leverage: Fraction
    max_open_positions: int
    max_symbol_pct: Fraction
    max_position: Fraction | None
    drawdown_pct: Fraction
    drawdown_basis: str
    slippage_bps: int
    close_slippage_bps: int
    mode: str
    throttle_ms: int
    poll_ms: int
    max_age_seconds: int
    entries_per_minute: int
    symbols_allow: tuple[str, ...]
    symbols_deny: tuple[str, ...]
    sides: str
    reverse: bool
    refuse_safe_poll: bool
    on_stop: str

    @property
    def direction(self) -> int:
        """Give -1 when the follow takes the other side, else +1."""
        return -1 if self.reverse else 1

    @property
    def is_fixed(self) -> bool:
        """Say whether entries cost a fixed margin."""
        return self.sizing == "fixed"

    @property
    def widest_share(self) -> Fraction:
        """Give the share by which the first order's limit price may differ from where it starts.

        The venue measures its minimum at the limit price; a late order starts from a later price.
        """
        bps = max(self.slippage_bps, self.close_slippage_bps)
        return Fraction(bps, 10_000) + Fraction(1, 1000)

    @property
    def symbol_cap(self) -> Fraction:
        """Give the most margin for one symbol by its share of the budget."""
        return self.budget * self.max_symbol_pct / 100

    @property
    def drawdown_floor(self) -> Fraction:
        """Give the profit at or below which copying stops."""
        return -self.budget * self.drawdown_pct / 100


@dataclass(frozen=True, slots=True)
class Leg:
    """One order as a receipt claims it."""

    leg: int
    attempt: int
    cloid: str
    kind: str
    sign: int
    size: Fraction
    limit_price: Fraction
    reduce_only: bool
    state: str
    filled: Fraction
    average_price: Fraction

    @property
    def signed_fill(self) -> Fraction:
        """Give what the receipt says was filled, with its sign."""
        return self.sign * self.filled

    @property
    def claims_an_answer(self) -> bool:
        """Say whether the receipt claims that the venue took the order and answered."""
        return self.filled > 0 or self.state in {"FILLED", "UNFILLED"}


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a follow says it did about a trade, as the public API shows it.

    The stages are 0 where it does not say, `bound_by` is the rule it names.
    """

    trade_id: str
    seq: int
    symbol: str
    leader_sign: int
    leader_size: Fraction
    leader_price: Fraction
    leader_time_ms: int
    kind: str
    status: str
    reason: str
    legs: tuple[Leg, ...]
    numbers: Mapping[str, Fraction]
    is_correction: bool = False
    seen_ms: int = 0
    decided_ms: int = 0
    answered_ms: int = 0
    bound_by: str = ""

    @property
    def orders(self) -> tuple[Leg, ...]:
        """Give the legs that trade; a change of leverage does not."""
        return tuple(leg for leg in self.legs if leg.kind != "leverage")

    @property
    def was_sized(self) -> bool:
        """Say whether the copy had passed its gates: then its numbers say what was wanted."""
        return "wanted" in self.numbers


@dataclass(frozen=True, slots=True)
class Follow:
    """One follow: its limits, its receipts and the positions it shows to its user."""

    follow_id: str
    wallet: str
    limits: Limits
    receipts: tuple[Receipt, ...]
    portfolio: Mapping[str, Fraction]
    started_at_ms: int = 0
    perfect: bool = False


@dataclass(frozen=True, slots=True)
class VenueOrder:
    """One order in the venue's books; `pinned` orders a lane's orders as they were decided."""

    cloid: str
    oid: str
    symbol: str
    sign: int
    price: Fraction
    size: Fraction
    filled: Fraction
    status: str
    received_ms: Fraction
    pinned: Fraction

    @property
    def is_accepted(self) -> bool:
        """Say whether the venue took the order."""
        return not self.status.lower().endswith("rejected")


@dataclass(frozen=True, slots=True)
class VenueFill:
    """One execution in the venue's books."""

    oid: str
    symbol: str
    sign: int
    price: Fraction
    size: Fraction
    time_ms: int
    fee: Fraction
    tid: str

    @property
    def signed_size(self) -> Fraction:
        """Give the change of the position."""
        return self.sign * self.size


@dataclass(frozen=True, slots=True)
class VenueAccount:
    """One account in the venue's books; `purses` is the settled USDC per dex, or 'spot'."""

    mode: str = "default"
    purses: Mapping[str, Fraction] = field(default_factory=dict)
    orders: tuple[VenueOrder, ...] = ()
    fills: tuple[VenueFill, ...] = ()
    positions: Mapping[str, Fraction] = field(default_factory=dict)
    leverages: Mapping[str, int] = field(default_factory=dict)
    refused_actions: tuple[RefusedAction, ...] = ()


@dataclass(frozen=True, slots=True)
class Intervention:
    """What somebody did to the run, by the driver's own record; '' means every follow."""

    reason: str
    follow_id: str
    from_ms: Fraction
    to_ms: Fraction | None

    def covers(self, follow_id: str, span_ms: tuple[Fraction, Fraction]) -> bool:
        """Say whether it held for this follow at some time in the span."""
        begins, ends = span_ms
        return (
            self.follow_id in {"", follow_id}
            and self.from_ms <= ends
            and (self.to_ms is None or begins <= self.to_ms)
        )


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything about one run; `taken_ms` is the venue's time when its books were read.

    `redriven_ms` says from when on older trades may have come after newer ones, by the driver's own
    record: it sent dead letters back, or killed processes that had stored a trade and not sent it.
    """

    venue: str
    leader: str
    taken_ms: Fraction
    recording: tuple[RecordedFill, ...]
    releases: tuple[Release, ...]
    markets: Mapping[str, Market]
    books: Mapping[str, VenueAccount]
    follows: tuple[Follow, ...]
    interventions: tuple[Intervention, ...] = ()
    outages_ms: tuple[tuple[Fraction, Fraction], ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    redriven_ms: Fraction | None = None
    requests: Requests = field(default_factory=Requests)
