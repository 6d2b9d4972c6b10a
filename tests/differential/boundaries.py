"""Moves one number of a case to where a rule turns: exactly there, a hair or a lot beside it."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from tests.differential.restated import Rules
from tests.differential.restated_exits import held_beyond, reduced_target

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from tests.differential.cases import Case

PLACES = 12
HAIR = Decimal(1).scaleb(-PLACES)


def tightened(case: Case, rng: Random) -> None:
    """Tighten one limit around a size of a few lots, near the venue's minimum or what is wanted."""
    rules = Rules(case)
    side = (1 if case.end > case.start else -1) * (-1 if case.reverse else 1)
    size, price = _size(rules, rng), rules.worst_price(side)
    rng.choice(_KNOBS)(case, rules, _beside(size * price / rules.leverage, price / rules.lot, rng))


def _size(rules: Rules, rng: Random) -> Fraction:
    """Give a whole number of lots, often the fewest that the venue takes."""
    fewest = Fraction(rules.case.min_notional) * rules.lot / rules.price
    count = rng.choice((0, 1, int(fewest), int(fewest) + 1, int(fewest) + rng.randint(2, 500)))
    return Fraction(count, rules.lot)


def _beside(exact: Fraction, lot_worth: Fraction, rng: Random) -> Decimal:
    """Give the number itself (cut where it never ends), or a little less or more."""
    number = _decimal(exact)
    hair = rng.choice((0, 0, 0, HAIR, -HAIR, _decimal(lot_worth), -_decimal(lot_worth)))
    return max(Decimal(0), number + hair)


def _decimal(exact: Fraction) -> Decimal:
    return Decimal(exact.numerator * 10**PLACES // exact.denominator).scaleb(-PLACES)


def _cost(case: Case, rules: Rules, margin: Decimal) -> None:
    case.cost_per_order = margin


def _budget(case: Case, rules: Rules, margin: Decimal) -> None:
    case.budget += margin - _decimal(rules.remaining)
    case.symbol_pct = Decimal(100)


def _symbol(case: Case, rules: Rules, margin: Decimal) -> None:
    case.budget = (margin + _decimal(rules.margin_here)) * 2
    case.symbol_pct = Decimal(50)


def _order(case: Case, rules: Rules, margin: Decimal) -> None:
    case.max_order = margin


def _position(case: Case, rules: Rules, margin: Decimal) -> None:
    case.max_position = margin + _decimal(rules.margin_here)


def _equity(case: Case, rules: Rules, margin: Decimal) -> None:
    if case.equity is not None:
        used = margin * rules.leverage + _decimal(rules.copied_notional)
        case.equity = (used / case.max_total_leverage).quantize(HAIR)


def _minimum(case: Case, rules: Rules, margin: Decimal) -> None:
    case.min_notional = margin * rules.leverage


def _least_exit(case: Case, rules: Rules, margin: Decimal) -> None:
    size = held_beyond(rules, reduced_target(rules))
    side = -1 if case.held > 0 else 1
    cap = rules.limit_price(Fraction(case.last_price), side, case.close_slippage_bps)
    case.min_notional = _decimal(size * cap)


_KNOBS: tuple[Callable[[Case, Rules, Decimal], None], ...] = (
    _cost,
    _budget,
    _symbol,
    _order,
    _position,
    _equity,
    _minimum,
    _least_exit,
)
