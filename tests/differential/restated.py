"""The copy rules stated a second time, in exact fractions, from the product's text.

It knows nothing of the production code: a rule that both state alike is stated right, or twice
wrong. Where the text names no order among reasons, every one that holds is right.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import ceil, floor
from typing import TYPE_CHECKING

from tests.differential.cases import Case

if TYPE_CHECKING:
    from decimal import Decimal

FINER_THAN_A_LOT = 6
CARRIED_AT_MOST_MS = 300_000
LONGEST_WINDOW_MS = 60_000
ONE_ENTRY_MS = 60_000
FAST_TRADES_PER_MINUTE = 60
WIDEST_CLOSE_BPS = 500
YOUNG_TRADE_MS = 1_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """An order: unsigned size, worst price, and what it takes of the budget."""

    side: int
    size: Fraction
    price: Fraction
    reduce_only: bool
    leverage: int = 0
    margin: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Expected:
    """An order, or reasons of which any is right; None says nothing about bounds or target."""

    order: Wanted | None = None
    reasons: frozenset[str] = frozenset()
    bounds: frozenset[str] | None = None
    target: Fraction | None = None


@dataclass(frozen=True)
class Rules:
    """The rules over one case."""

    case: Case

    @cached_property
    def price(self) -> Fraction:
        """Give Σ(price * size) / Σ size: what a copy is sized by."""
        return Fraction(self.case.notional) / Fraction(self.case.size)

    @cached_property
    def lot(self) -> int:
        return 10**self.case.lot_decimals

    @cached_property
    def held(self) -> Fraction:
        return Fraction(self.case.held)

    @cached_property
    def entries_under_way(self) -> Fraction:
        order = self.case.under_way
        return Fraction(0) if order is None or order.reduce_only else Fraction(order.signed_size)

    @cached_property
    def keeps(self) -> bool:
        """Say whether the follow has stopped and its positions stay as they are."""
        return not self.case.is_active and self.case.on_stop == "keep"

    @cached_property
    def target(self) -> Fraction:
        """Give what was wanted, less what the leader reduced since without our hearing of it."""
        wanted = Fraction(self.case.target)
        return wanted if self.left >= 1 else self.finely(wanted * self.left)

    @cached_property
    def left(self) -> Fraction:
        """Give what is left of the leader's position that we last heard of, 1 or more if all is."""
        if self.case.on_stop == "keep" or not self.case.leader_before:
            return Fraction(1)
        return max(Fraction(0), Fraction(self.case.start) / Fraction(self.case.leader_before))

    @cached_property
    def committed(self) -> Fraction:
        """Give what is held once every entry under way is filled."""
        return self.held + self.entries_under_way

    @cached_property
    def margin_here(self) -> Fraction:
        order = self.case.under_way
        return Fraction(self.case.margin) + (0 if order is None else Fraction(order.margin))

    @cached_property
    def equity(self) -> Fraction:
        return Fraction(0) if self.case.equity is None else Fraction(self.case.equity)

    @cached_property
    def is_realtime(self) -> bool:
        fast = self.case.leader_trades_last_minute >= FAST_TRADES_PER_MINUTE
        return self.case.mode == "realtime" and not fast

    @cached_property
    def remaining(self) -> Fraction:
        """Give budget - used + realized + unrealized, realized = closed PnL - fees ± funding."""
        case = self.case
        used = self.margin_here + sum(Fraction(each.margin) for each in case.others)
        realized = Fraction(case.realized) - Fraction(case.fees) + Fraction(case.funding)
        open_profit = profit(case.held, case.entry_notional, case.last_price)
        for each in case.others:
            open_profit += profit(each.held, each.entry_notional, each.mark)
        return Fraction(case.budget) - used + realized + open_profit

    @cached_property
    def copied_notional(self) -> Fraction:
        order = self.case.under_way
        here = Fraction(self.case.entry_notional) + (
            0 if order is None else Fraction(order.notional)
        )
        return here + sum(Fraction(each.entry_notional) for each in self.case.others)

    @cached_property
    def leverage(self) -> int:
        """Give min(limit, asset max, the leader's own; not known is 1), and whole."""
        case = self.case
        own = 1 if case.leader_leverage is None else case.leader_leverage
        return max(1, min(floor(Fraction(case.max_total_leverage)), case.max_leverage, own))

    def in_lots(self, size: Fraction) -> Fraction:
        """Round a size down to the lot."""
        return Fraction(floor(size * self.lot), self.lot)

    def finely(self, size: Fraction) -> Fraction:
        """Cut a size to six decimals beyond the lot, toward zero."""
        step = self.lot * 10**FINER_THAN_A_LOT
        cut = Fraction(floor(abs(size) * step), step)
        return cut if size > 0 else -cut

    def limit_price(self, price: Fraction, side: int, bps: int) -> Fraction:
        """Give price * (1 ± slippage), rounded to a valid price so that the cap holds."""
        return valid_price(price * (10_000 + side * bps) / 10_000, self.case.price_decimals, -side)

    def worst_price(self, side: int) -> Fraction:
        """Give the limit price, and never less than the trade's."""
        return max(self.price, self.limit_price(self.price, side, self.case.slippage_bps))

    def is_below_minimum(self, size: Fraction, price: Fraction) -> bool:
        return size * price < Fraction(self.case.min_notional)

    def lead(self, target: Fraction) -> Fraction:
        """Give what is wanted beyond all that is held or under way, unsigned."""
        if self.committed * target < 0:
            return abs(target)
        return max(Fraction(0), abs(target) - abs(self.committed))


def profit(held: Decimal, entry_notional: Decimal, price: Decimal | None) -> Fraction:
    """Give worth less cost; without a price there is none."""
    if price is None or not held:
        return Fraction(0)
    cost = Fraction(entry_notional) if held > 0 else -Fraction(entry_notional)
    return Fraction(held) * Fraction(price) - cost


def valid_price(price: Fraction, decimals: int, direction: int) -> Fraction:
    """Give the next valid price below (-1) or above (+1): five significant figures, or whole."""
    rounded = ceil if direction > 0 else floor
    for places in range(decimals, 0, -1):
        number = rounded(price * 10**places)
        if len(str(number).rstrip("0")) <= 5:
            return Fraction(number, 10**places)
    return Fraction(rounded(price))
