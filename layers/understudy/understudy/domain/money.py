"""Exact decimal arithmetic and the directions of rounding. No float enters."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, Context, Decimal, InvalidOperation
from functools import cache

from understudy.domain.errors import InvalidInputError

ZERO = Decimal(0)
ONE = Decimal(1)
BASIS_POINT = Decimal("0.0001")
PERCENT = Decimal("0.01")

# Wide enough that a product of four wire numbers is exact and a quotient that is an exact
# multiple of a lot comes out as that multiple, so that rounding down never loses a lot.
EXACT = Context(prec=60)
# A quotient that goes on in a product leaves noise in the last of those digits. Rounded to these
# first, what is exactly a lot, a tick or a minimum comes out as that.
_trim = Context(prec=50).plus


def parse_decimal(text: str, *, name: str) -> Decimal:
    """Read a finite decimal from its text; `name` is what the error calls it.

    Raises InvalidInputError for anything else, NaN and the infinities included.
    """
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise InvalidInputError(f"{name} must be a decimal number in text, like '12.5'") from error
    if not value.is_finite():
        raise InvalidInputError(f"{name} must be a finite number")
    return value


def plain_text(value: Decimal) -> str:
    """Write a decimal without exponent and without trailing zeros; zero is '0', never '-0'."""
    if not value:
        return "0"
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def divide(numerator: Decimal, denominator: Decimal) -> Decimal:
    """Divide once, to 60 digits."""
    return EXACT.divide(numerator, denominator)


def multiply(product: Decimal, *factors: Decimal) -> Decimal:
    """Multiply exactly (to 60 digits)."""
    for factor in factors:
        product = EXACT.multiply(product, factor)
    return product


def trimmed(value: Decimal) -> Decimal:
    """Round the noise of a division away: to 50 digits, more than a number on a wire has."""
    return _trim(value)


def toward_zero(value: Decimal, decimals: int) -> Decimal:
    """Cut a size to its lot, toward zero: a copy is never larger than was decided."""
    return _trim(value).quantize(_step(decimals), ROUND_DOWN, EXACT)


def below(value: Decimal, decimals: int) -> Decimal:
    """Round to `decimals` places, downward."""
    return _trim(value).quantize(_step(decimals), ROUND_FLOOR, EXACT)


def above(value: Decimal, decimals: int) -> Decimal:
    """Round to `decimals` places, upward."""
    return _trim(value).quantize(_step(decimals), ROUND_CEILING, EXACT)


@cache
def _step(decimals: int) -> Decimal:
    return ONE.scaleb(-decimals)
