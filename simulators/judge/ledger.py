"""The judge's own ledger of a follow: what it should hold, holds, earned and paid.

It moves by the fills that receipts claim; every claim is compared with the venue's books first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from simulators.judge.evidence import Leg, VenueOrder
from simulators.judge.exact import ONE, ZERO, Span, sign_of

ENTRY_GAP_MS = 60_000
FAILURES_TO_REST = 5
FAILED = frozenset({"REJECTED", "EXPIRED"})
# How long nobody may know of an order that it has filled.
LONGEST_UNKNOWN_MS = 60_000


@dataclass(slots=True)
class Holding:
    """One symbol of a follow; sizes are signed, `cost` is held times the average entry price.

    `doubt` is how much of the target a slower mode may have dropped: nobody sees when its window
    ended, only that the price had left the band by then. `blur` is the part of a lot of which the
    target is not known, where a receipt left out the numbers of a capped order. `waiting` is the
    leader's size of an entry that waits until what stands against it is closed. `missed` is what
    even a perfect follow lacks of the leader's position: entries that the market or time stopped.
    `unmatched` is how much more than that it may hold: exits for which the venue found nobody.
    """

    target: Fraction = ZERO
    held: Fraction = ZERO
    cost: Fraction = ZERO
    margin: Fraction = ZERO
    carried_since_ms: int = 0
    carried_price: Fraction = ZERO
    doubt: Fraction = ZERO
    blur: Fraction = ZERO
    waiting: Fraction = ZERO
    missed: Fraction = ZERO
    unmatched: Fraction = ZERO

    @property
    def is_open(self) -> bool:
        """Say whether anything is held."""
        return self.held != 0

    @property
    def is_free(self) -> bool:
        """Say whether nothing is held or wanted."""
        return self.held == 0 and self.target == 0

    def ahead(self, sign: int) -> Fraction:
        """Give how much more is wanted than held in this direction; negative: less."""
        return sign * (self.target - self.held)

    def drop_what_is_ahead(self, sign: int) -> None:
        """Want no more in this direction than is held; what is still to be closed stays so."""
        if self.target * sign > 0:
            self.target = max(self.held * sign, ZERO) * sign

    def doubt_what_differs(self) -> None:
        """Doubt no more of the target than what it differs by from what was just entered."""
        self.doubt = min(self.doubt, abs(self.target - self.held))

    def apply(self, signed_size: Fraction, price: Fraction, leverage: Fraction) -> Fraction:
        """Book a fill and give the profit that it closed."""
        closed = ZERO
        if self.held * signed_size < 0:
            closing = sign_of(signed_size) * min(abs(signed_size), abs(self.held))
            closed = self._close(closing, price)
            signed_size -= closing
        self.held += signed_size
        self.cost += signed_size * price
        self.margin += abs(signed_size) * price / leverage
        return closed

    def _close(self, closing: Fraction, price: Fraction) -> Fraction:
        share = -closing / self.held
        released = self.cost * share
        self.cost -= released
        self.margin -= self.margin * share
        self.held += closing
        return -closing * price - released


@dataclass(slots=True)
class RunningEntry:
    """One decision of the leader under fixed sizing; `paid` is None when that is open to doubt."""

    sign: int
    last_ms: int
    paid: bool | None = False
    paid_last_ms: int = 0

    def continues(self, sign: int, time_ms: int) -> bool:
        """Say whether a trade carries this entry on."""
        return sign == self.sign and time_ms - self.last_ms <= ENTRY_GAP_MS

    def pay(self, time_ms: int, *, certainly: bool) -> None:
        """Note that an order was placed for the entry, or that one may have been."""
        self.paid = True if certainly or self.paid else None
        self.paid_last_ms = time_ms

    def same_for_sure(self, sign: int, time_ms: int) -> bool:
        """Say whether a trade surely belongs to this entry and costs nothing more."""
        recent = time_ms - self.paid_last_ms < ENTRY_GAP_MS
        return self.paid is True and sign == self.sign and recent

    def same_perhaps(self, sign: int, time_ms: int) -> bool:
        """Say whether a trade may belong to this entry and cost nothing more."""
        return self.paid is not False and self.continues(sign, time_ms)


class EntryTime(NamedTuple):
    """When an entry counts in its minute: at its trade's time, or ordered later, at most by then.

    `is_sure` says that it was ordered at once, and so before every later trade was decided.
    """

    time_ms: Fraction
    latest_ms: Fraction
    is_sure: bool


@dataclass(frozen=True, slots=True)
class Money:
    """The money side of a follow at one moment."""

    used: Fraction
    carried: Fraction
    closed: Fraction
    fees: Fraction
    symbol_margin: Fraction
    open_symbols: int
    wanted_symbols: int


@dataclass(slots=True)
class FollowBook:
    """Everything the judge remembers of one follow.

    `slack_usdc` and `slack_positions` grow with every wrong of the venue that the follow could not
    know of: its own numbers may be off by that much afterwards. `given_up` are the trades of which
    a stop is said to have given up what was carried: the end shows whether there was one.
    """

    holdings: dict[str, Holding] = field(default_factory=dict)
    entries: dict[str, RunningEntry] = field(default_factory=dict)
    entry_times: list[EntryTime] = field(default_factory=list)
    given_up: list[int] = field(default_factory=list)
    movements: dict[str, list[tuple[Fraction, Fraction]]] = field(default_factory=dict)
    results: list[tuple[Fraction, Fraction]] = field(default_factory=list)
    margins: list[tuple[Fraction, Fraction]] = field(default_factory=list)
    notionals: list[tuple[Fraction, Fraction]] = field(default_factory=list)
    closed: Fraction = ZERO
    fees: Fraction = ZERO
    worst_realized: Fraction = ZERO
    worst_equity: Fraction = ZERO
    failures_in_row: int = 0
    rests_until_ms: Fraction = ZERO
    slack_usdc: Fraction = ZERO
    slack_positions: int = 0

    @property
    def is_failing(self) -> bool:
        """Say whether so many orders in a row have failed that entries may rest."""
        return self.failures_in_row >= FAILURES_TO_REST

    def may_rest(self, at_ms: Fraction) -> bool:
        """Say whether entries may rest: until one fills, and is known to have filled."""
        return self.is_failing or at_ms <= self.rests_until_ms

    def note_outcome(self, orders: Sequence[Leg], *, is_failure: bool, sent_ms: Fraction) -> None:
        """Count failures in a row, each order's; exits go out all the while, and end no rest."""
        failed = 0
        for order in orders:
            if order.filled:
                self._note_fill(order, sent_ms)
            elif order.state in FAILED:
                self.failures_in_row += 1
                failed += 1
        if is_failure and not failed:
            self.failures_in_row += 1

    def _note_fill(self, order: Leg, sent_ms: Fraction) -> None:
        if self.is_failing and order.kind == "exit":
            return
        if self.is_failing:
            self.rests_until_ms = sent_ms + LONGEST_UNKNOWN_MS
        self.failures_in_row = 0

    def holding(self, symbol: str) -> Holding:
        """Give the symbol's holding, made when first asked for."""
        return self.holdings.setdefault(symbol, Holding())

    def doubt_numbers(self, orders: Sequence[VenueOrder]) -> None:
        """Let the follow's own numbers be off by orders that it, or we, cannot know of."""
        self.slack_positions += len(orders)
        self.slack_usdc += sum((order.size * order.price for order in orders), ZERO)

    def money(self, symbol: str, leverage: Fraction) -> Money:
        """Give the money side as a decision about this symbol sees it."""
        every = self.holdings.values()
        return Money(
            used=self.used,
            carried=sum((_carried_margin(holding, leverage) for holding in every), ZERO),
            closed=self.closed,
            fees=self.fees,
            symbol_margin=self.holding(symbol).margin,
            open_symbols=sum(holding.is_open for holding in every),
            wanted_symbols=sum(not holding.is_free for holding in every),
        )

    def unrealized(self, marks: dict[str, Fraction]) -> Fraction:
        """Give the profit of what is held if all were closed at these prices."""
        return sum(
            (
                holding.held * marks[symbol] - holding.cost
                for symbol, holding in self.holdings.items()
                if holding.held
            ),
            ZERO,
        )

    @property
    def used(self) -> Fraction:
        """Give the margin of everything held."""
        return sum((holding.margin for holding in self.holdings.values()), ZERO)

    def most_used_since(self, at_ms: Fraction) -> Fraction:
        """Give the most margin that was used since a moment: an account may be shown so late."""
        return max(
            (used for moved_ms, used in self.margins if moved_ms >= at_ms), default=self.used
        )

    @property
    def copied(self) -> Fraction:
        """Give the entry notional of everything held."""
        return sum((abs(holding.cost) for holding in self.holdings.values()), ZERO)

    def most_copied_since(self, at_ms: Fraction) -> Fraction:
        """Give the most entry notional that was held since a moment."""
        return max(
            (notional for moved_ms, notional in self.notionals if moved_ms >= at_ms),
            default=self.copied,
        )

    def worst_realized_by(self, at_ms: Fraction) -> Fraction:
        """Give the lowest realized profit by what had reached the venue before a moment."""
        worst = realized = ZERO
        for filled_ms, change in sorted(self.results):
            if filled_ms < at_ms:
                realized += change
                worst = min(worst, realized)
        return worst

    def note_realized(self) -> Fraction:
        """Remember the lowest realized profit; give the present one."""
        realized = self.closed - self.fees
        self.worst_realized = min(self.worst_realized, realized)
        return realized

    def note_results(self, unrealized: Fraction) -> None:
        """Remember the lowest profit seen, with and without what is not closed."""
        self.worst_equity = min(self.worst_equity, self.note_realized() + unrealized)

    def recent_entries(self, time_ms: int) -> Span:
        """Count the entries of the minute before; both answers where one is a minute old.

        No entry counts before one that was ordered before it.
        """
        now = Fraction(time_ms)
        at_least = max((now, *(each.time_ms for each in self.entry_times if each.is_sure)))
        at_most = max((now, *(each.latest_ms for each in self.entry_times)))
        return Span(
            Fraction(
                sum(
                    each.is_sure and at_most - each.time_ms < ENTRY_GAP_MS
                    for each in self.entry_times
                )
            ),
            Fraction(sum(at_least - each.latest_ms <= ENTRY_GAP_MS for each in self.entry_times)),
        )


def _carried_margin(holding: Holding, leverage: Fraction) -> Fraction:
    carried = abs(holding.target) - abs(holding.held)
    return max(carried, ZERO) * holding.carried_price / max(leverage, ONE)
