"""Dataclasses to plain dictionaries and back; decimals stay decimals or become text. Pure.

How to write and read a class is worked out once, from its type hints.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import Enum
from types import NoneType, UnionType
from typing import NamedTuple, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from understudy.domain.money import plain_text

T = TypeVar("T")
Plain = dict[str, object]
Write = Callable[[object, bool], object]
Read = Callable[[object], object]


class Codec(NamedTuple):
    """How values of one type are written (with decimals as text or not) and read."""

    write: Write
    read: Read


def to_plain(value: object, *, decimals_as_text: bool = True) -> Plain:
    """Write a dataclass as a dictionary of plain types; fields that are None are left out."""
    return {
        name: codec.write(item, decimals_as_text)
        for name, codec in _fields(type(value)).items()
        if (item := getattr(value, name)) is not None
    }


def from_plain(cls: type[T], plain: Mapping[str, object]) -> T:
    """Read a dataclass back. A key that the class does not have raises KeyError."""
    codecs = _fields(cls)
    return cls(**{name: codecs[name].read(item) for name, item in plain.items()})


_known: dict[type, dict[str, Codec]] = {}


def _fields(cls: type) -> dict[str, Codec]:
    known = _known.get(cls)
    if known is None:
        hints = get_type_hints(cls)
        names = [field.name for field in dataclasses.fields(cls)]
        known = _known[cls] = {name: _codec(hints[name]) for name in names}
    return known


def _codec(hint: object) -> Codec:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _codec(next(argument for argument in arguments if argument is not NoneType))
    if origin is tuple:
        return _sequence(_codec(arguments[0]))
    if origin is not None and issubclass(cast("type", origin), Mapping):
        return _mapping(_codec(arguments[1]))
    return _single(cast("type", getattr(hint, "__supertype__", hint)))


def _sequence(item: Codec) -> Codec:
    def write(values: object, as_text: bool) -> object:  # noqa: FBT001  # the shape of a writer
        return [item.write(value, as_text) for value in cast("tuple[object, ...]", values)]

    def read(values: object) -> object:
        return tuple(item.read(value) for value in cast("list[object]", values))

    return Codec(write, read)


def _mapping(item: Codec) -> Codec:
    def write(values: object, as_text: bool) -> object:  # noqa: FBT001  # the shape of a writer
        pairs = cast("Mapping[str, object]", values).items()
        return {key: item.write(value, as_text) for key, value in pairs}

    def read(values: object) -> object:
        pairs = cast("Mapping[str, object]", values).items()
        return {key: item.read(value) for key, value in pairs}

    return Codec(write, read)


def _single(kind: type) -> Codec:
    if kind is Decimal:
        return Codec(_write_decimal, _read_decimal)
    if issubclass(kind, Enum):
        return Codec(lambda value, _: cast("Enum", value).value, kind)
    if dataclasses.is_dataclass(kind):
        return Codec(
            lambda value, as_text: to_plain(value, decimals_as_text=as_text),
            lambda value: from_plain(cast("type", kind), cast("Plain", value)),
        )
    if kind is int:
        return Codec(_as_is, lambda value: int(cast("int", value)))
    return Codec(_as_is, lambda value: value)


def _as_is(value: object, as_text: bool) -> object:  # noqa: ARG001, FBT001  # a writer's shape
    return value


def _write_decimal(value: object, as_text: bool) -> object:  # noqa: FBT001  # a writer's shape
    return plain_text(cast("Decimal", value)) if as_text else value


def _read_decimal(value: object) -> object:
    return value if isinstance(value, Decimal) else Decimal(cast("str", value))
