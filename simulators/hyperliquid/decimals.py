"""Decimal numbers as the venue reads and writes them. Floats are refused by never appearing."""

from __future__ import annotations

import re
from decimal import Decimal

_NUMBER = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?")
ZERO = Decimal(0)


def is_number_text(text: str) -> bool:
    """Tell whether ``text`` is a plain decimal: no exponent, no sign but minus."""
    return _NUMBER.fullmatch(text) is not None


def canonical(text: str) -> str:
    """Return the shortest form of a plain decimal, as the venue does before hashing."""
    value = Decimal(text)
    if not value:
        return "0"
    shortest = format(value, "f")
    return shortest.rstrip("0").rstrip(".") if "." in shortest else shortest


def to_wire(value: Decimal) -> str:
    """Return ``value`` in the venue's answers: shortest form with at least one decimal."""
    text = canonical(format(value, "f"))
    return text if "." in text else f"{text}.0"


def decimals_of(value: Decimal) -> int:
    """Return how many decimals ``value`` needs."""
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
