"""Exact numbers: texts to fractions, cuts to the lot, fractions to short text. No float."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor
from typing import NamedTuple

ZERO = Fraction(0)
ONE = Fraction(1)
BASIS_POINT = Fraction(1, 10_000)
PRICE_FIGURES = 5
PRICE_DECIMALS = 6
_SHOWN_DECIMALS = 8


class Span(NamedTuple):
    """Everything from `low` to `high`, both included."""

    low: Fraction
    high: Fraction

    def holds(self, value: Fraction) -> bool:
        """Say whether the value lies inside."""
        return self.low <= value <= self.high

    def widened(self, share: Fraction, amount: Fraction) -> Span:
        """Give the span with both ends moved outward by a share of themselves and an amount."""
        return Span(
            self.low - abs(self.low) * share - amount, self.high + abs(self.high) * share + amount
        )

    @classmethod
    def around(cls, *values: Fraction) -> Span:
        """Give the smallest span that holds all values."""
        return cls(min(values), max(values))


def cut_to_lot(value: Fraction, decimals: int) -> Fraction:
    """Cut a size to its lot, toward zero."""
    lots = floor(abs(value) * 10**decimals)
    return Fraction(lots if value >= 0 else -lots, 10**decimals)


def cut_to_tick(price: Fraction, size_decimals: int, *, upward: bool) -> Fraction:
    """Round a positive price to the venue's grid: five figures, six decimals with the lot's."""
    figures_left = PRICE_FIGURES - 1 - _magnitude(price)
    decimals = max(0, min(PRICE_DECIMALS - size_decimals, figures_left))
    ticks = price * 10**decimals
    return Fraction(ceil(ticks) if upward else floor(ticks), 10**decimals)


def _magnitude(price: Fraction) -> int:
    """Give the power of ten of a price's first figure."""
    power = len(str(floor(price))) - 1 if price >= 1 else -1
    while price < Fraction(10) ** power:
        power -= 1
    return power


def sign_of(value: Fraction) -> int:
    """Give +1, -1 or 0."""
    return (value > 0) - (value < 0)


def shown(value: Fraction) -> str:
    """Write a number for people, cut to eight decimals."""
    scaled = round(value * 10**_SHOWN_DECIMALS)
    whole, rest = divmod(abs(scaled), 10**_SHOWN_DECIMALS)
    tail = f"{rest:0{_SHOWN_DECIMALS}d}".rstrip("0")
    return f"{'-' if scaled < 0 else ''}{whole}{'.' + tail if tail else ''}"
