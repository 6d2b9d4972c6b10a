"""Shapes that rebuild JSON the way the venue's own types would, or call it malformed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simulators.hyperliquid.addresses import is_address
from simulators.hyperliquid.decimals import canonical, is_number_text
from simulators.hyperliquid.refusal import MalformedRequestError

Shape = Callable[[Any], Any]
MISSING = object()
_LONE_SURROGATE = re.compile("[\\ud800-\\udfff]")
_CLOID = re.compile(r"0x[0-9a-fA-F]{32}")
MAX_INTEGER = 2**64 - 1


def boolean(value: Any) -> bool:
    """Accept a boolean."""
    if not isinstance(value, bool):
        raise MalformedRequestError
    return value


def integer(value: Any) -> int:
    """Accept an unsigned 64-bit integer."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_INTEGER:
        raise MalformedRequestError
    return value


def signed_integer(value: Any) -> int:
    """Accept a signed 64-bit integer."""
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > MAX_INTEGER // 2:
        raise MalformedRequestError
    return value


def text(value: Any) -> str:
    """Accept any string that has a UTF-8 form."""
    if not isinstance(value, str) or _LONE_SURROGATE.search(value):
        raise MalformedRequestError
    return value


def number(value: Any) -> str:
    """Accept a decimal in a string and shorten it: trailing zeros do not survive."""
    if not isinstance(value, str) or not is_number_text(value):
        raise MalformedRequestError
    return canonical(value)


def address(value: Any) -> str:
    """Accept an address and lower its case: a checksummed one changes the hash."""
    if not isinstance(value, str) or not is_address(value):
        raise MalformedRequestError
    return value.lower()


def cloid(value: Any) -> str:
    """Accept a client order id of 128 bits."""
    if not isinstance(value, str) or not _CLOID.fullmatch(value):
        raise MalformedRequestError
    return value.lower()


def either(first: Shape, second: Shape) -> Shape:
    """Accept what either shape accepts."""

    def shape(value: Any) -> Any:
        try:
            return first(value)
        except MalformedRequestError:
            return second(value)

    return shape


def listed(item: Shape) -> Shape:
    """Accept a list of one shape."""

    def shape(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise MalformedRequestError
        return [item(element) for element in value]

    return shape


@dataclass(frozen=True, slots=True)
class Field:
    """One key of a record; an optional one that is absent or null is left out."""

    key: str
    shape: Shape
    optional: bool = False
    unset: Any = None


def record(*fields: Field) -> Shape:
    """Accept an object and rebuild it in the order of ``fields``; unknown keys are dropped."""

    def shape(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise MalformedRequestError
        rebuilt = {}
        for field in fields:
            given = value.get(field.key, MISSING)
            if field.optional and (given is MISSING or given is None or given is field.unset):
                continue
            rebuilt[field.key] = field.shape(given)
        return rebuilt

    return shape


def constant(expected: str) -> Shape:
    """Accept exactly one string."""

    def shape(value: Any) -> str:
        if value != expected:
            raise MalformedRequestError
        return expected

    return shape
