"""Turns the books' dataclasses into JSON values and back, exactly: decimals travel as strings."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from simulators.hyperliquid.engine import (
    account,
    agents,
    fills,
    funding_payments,
    market,
    orders,
    positions,
    venue,
)

_NAMES = {
    name: value
    for module in (account, agents, fills, funding_payments, market, orders, positions, venue)
    for name, value in vars(module).items()
}
# These live in logs of their own, or are not worth keeping.
SKIPPED = frozenset({"orders", "fills", "twap_fills", "recent"})


@cache
def _fields(kind: Any) -> tuple[tuple[str, Any], ...]:
    hints = typing.get_type_hints(kind, localns=_NAMES)
    names = (field.name for field in dataclasses.fields(kind))
    return tuple((name, hints[name]) for name in names if name not in SKIPPED)


def encode(value: Any) -> Any:
    """Return ``value`` as JSON values."""
    if isinstance(value, Decimal):
        return str(value)
    if value is None or isinstance(value, (str, int)):
        return value
    if isinstance(value, Mapping):
        return {key: encode(item) for key, item in value.items()}
    if dataclasses.is_dataclass(value):
        return {
            name: encode(getattr(value, name))
            for name, _ in _fields(typing.cast("Any", type(value)))
        }
    return [encode(item) for item in value]


def decode(kind: Any, value: Any) -> Any:
    """Return ``value`` as an instance of ``kind``; missing fields take their defaults."""
    if kind is Decimal:
        return Decimal(value)
    if typing.get_origin(kind) is not None:
        return _decode_generic(typing.get_origin(kind), typing.get_args(kind), value)
    if dataclasses.is_dataclass(kind):
        known = {
            name: decode(hint, value[name])
            for name, hint in _fields(typing.cast("Any", kind))
            if name in value
        }
        return typing.cast("type", kind)(**known)
    return value


def _decode_generic(origin: Any, arguments: tuple[Any, ...], value: Any) -> Any:
    if origin in (typing.Union, types.UnionType):
        plain = next(argument for argument in arguments if argument is not type(None))
        return None if value is None else decode(plain, value)
    if issubclass(origin, Mapping):
        key_kind, item_kind = arguments
        return {key_kind(key): decode(item_kind, item) for key, item in value.items()}
    return origin(decode(arguments[0], item) for item in value)
