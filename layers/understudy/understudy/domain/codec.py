"""Dataclasses to plain dictionaries and back; decimals stay decimals or become text. Pure."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from understudy.domain.money import plain_text

T = TypeVar("T")
Plain = dict[str, Any]
Convert = Callable[[Any], Any]


def to_plain(value: object, *, decimals_as_text: bool = True) -> Plain:
    """Write a dataclass as a dictionary of plain types; fields that are None are left out."""
    write = _as_text if decimals_as_text else _as_number
    return {
        name: _write(item, write)
        for name in _field_names(type(value))
        if (item := getattr(value, name)) is not None
    }


def from_plain(cls: type[T], plain: Mapping[str, Any]) -> T:
    """Read a dataclass back. A key that the class does not have raises KeyError."""
    readers = _readers(cls)
    return cls(**{name: readers[name](item) for name, item in plain.items()})


@cache
def _field_names(cls: type) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(cls))


def _as_text(value: Decimal) -> str:
    return plain_text(value)


def _as_number(value: Decimal) -> Decimal:
    return value


def _write(value: Any, write: Callable[[Decimal], Any]) -> Any:  # noqa: ANN401  # any field
    if isinstance(value, Decimal):
        return write(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (tuple, list)):
        return [_write(item, write) for item in value]
    if isinstance(value, Mapping):
        return {key: _write(item, write) for key, item in value.items()}
    if dataclasses.is_dataclass(value):
        return {
            name: _write(item, write)
            for name in _field_names(type(value))
            if (item := getattr(value, name)) is not None
        }
    return value


@cache
def _readers(cls: type) -> dict[str, Convert]:
    hints = get_type_hints(cls)
    return {name: _reader(hints[name]) for name in _field_names(cls)}


def _reader(hint: Any) -> Convert:  # noqa: ANN401  # a type hint
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _reader(next(argument for argument in arguments if argument is not type(None)))
    if origin is tuple:
        item = _reader(arguments[0])
        return lambda values: tuple(item(value) for value in values)
    if origin in (dict, Mapping) or getattr(origin, "__name__", "") == "Mapping":
        item = _reader(arguments[1])
        return lambda values: {key: item(value) for key, value in values.items()}
    return _plain_reader(getattr(hint, "__supertype__", hint))


def _plain_reader(kind: Any) -> Convert:  # noqa: ANN401  # a type
    if kind is Decimal:
        return lambda value: value if isinstance(value, Decimal) else Decimal(value)
    if kind is int:
        return int
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind
    if dataclasses.is_dataclass(kind):
        return lambda value: from_plain(kind, value)
    return lambda value: value
