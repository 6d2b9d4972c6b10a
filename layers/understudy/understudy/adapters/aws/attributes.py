"""Dataclasses as a table's typed attributes and back: amounts are numbers, enums are text.

A field that has its empty default (None, zero, '', false or nothing in it) is left out. How a
class is written is worked out once from its types: this runs several times per copy.
"""

from __future__ import annotations

import dataclasses
import types
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import Enum
from typing import Any, NamedTuple, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")

Attribute = dict[str, Any]
Item = dict[str, Attribute]

# A table takes no empty name, and the name of a venue's own dex is empty.
_NO_NAME = "~"


class _Form(NamedTuple):
    write: Callable[[Any], Attribute]
    read: Callable[[Attribute], Any]


class _Field(NamedTuple):
    name: str
    may_be_left_out: bool
    form: _Form


class _Reading(NamedTuple):
    """How items become records of a class; `size` is how many fields they have."""

    readers: Mapping[str, Callable[[Attribute], Any]]
    defaults: dict[str, Any]
    factories: tuple[tuple[str, Callable[[], Any]], ...]
    size: int


def attributes_of(record: Any) -> Item:
    """Write a record's fields as attributes."""
    item = {}
    for name, may_be_left_out, form in _fields(type(record)):
        value = getattr(record, name)
        if value is None or (may_be_left_out and not value):
            continue
        item[name] = form.write(value)
    return item


def record_of(cls: type[T], item: Mapping[str, Attribute]) -> T:
    """Read a record; attributes that are not its fields (keys, indexes) are passed over.

    Raises TypeError for an item that lacks a field without a default.
    """
    readers, defaults, factories, size = _readings.get(cls) or _reading(cls)
    values = {name: readers[name](item[name]) for name in item if name in readers}
    if not size:
        return cls(**values)
    for name, factory in factories:
        if name not in values:
            values[name] = factory()
    values = defaults | values
    if len(values) != size:
        return cls(**values)  # it says what is missing
    record = object.__new__(cls)
    object.__setattr__(record, "__dict__", values)
    return record


def text(value: str) -> Attribute:
    """Write a text attribute."""
    return {"S": value}


def number(value: int) -> Attribute:
    """Write a number attribute."""
    return {"N": str(value)}


def binary(value: bytes) -> Attribute:
    """Write bytes as an attribute: as base64, for values go over the wire as they are here."""
    return {"B": b64encode(value).decode()}


_known: dict[type, tuple[_Field, ...]] = {}


def _fields(cls: type) -> tuple[_Field, ...]:
    known = _known.get(cls)
    if known is None:
        hints = get_type_hints(cls)
        known = _known[cls] = tuple(
            _Field(field.name, _has_empty_default(field), _form_of(hints[field.name]))
            for field in dataclasses.fields(cls)
        )
    return known


_readings: dict[type, _Reading] = {}


def _reading(cls: type) -> _Reading:
    """Work out how a class is read.

    A frozen record costs a guarded write per field when its own `__init__` makes it: only those
    with slots, and those that check themselves, are made by it.
    """
    known = _readings.get(cls)
    if known is None:
        fields, missing = dataclasses.fields(cls), dataclasses.MISSING
        is_plain = not hasattr(cls, "__slots__") and not hasattr(cls, "__post_init__")
        known = _readings[cls] = _Reading(
            {field.name: field.form.read for field in _fields(cls)},
            {each.name: each.default for each in fields if each.default is not missing},
            tuple(
                (each.name, each.default_factory)
                for each in fields
                if each.default_factory is not missing
            ),
            len(fields) if is_plain else 0,
        )
    return known


def _has_empty_default(field: dataclasses.Field[Any]) -> bool:
    if field.default_factory is not dataclasses.MISSING:
        return not field.default_factory()
    return field.default is not dataclasses.MISSING and not field.default


def _form_of(hint: Any) -> _Form:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _form_of(next(each for each in arguments if each is not types.NoneType))
    if origin is tuple:
        return _sequence(_form_of(arguments[0]))
    if origin is not None:
        return _mapping(_form_of(arguments[1]))
    return _single(getattr(hint, "__supertype__", hint))


def _sequence(item: _Form) -> _Form:
    write, read = item
    return _Form(
        lambda values: {"L": [write(value) for value in values]},
        lambda attribute: tuple([read(each) for each in attribute["L"]]),
    )


def _mapping(item: _Form) -> _Form:
    write, read = item
    return _Form(
        lambda values: {"M": {key or _NO_NAME: write(value) for key, value in values.items()}},
        lambda attribute: {
            "" if key == _NO_NAME else key: read(each) for key, each in attribute["M"].items()
        },
    )


def _single(kind: Any) -> _Form:
    if dataclasses.is_dataclass(kind):
        cls = cast("type", kind)
        return _Form(
            lambda value: {"M": attributes_of(value)},
            lambda attribute: record_of(cls, attribute["M"]),
        )
    if issubclass(kind, Enum):
        return _Form(lambda value: {"S": value.value}, lambda attribute: kind(attribute["S"]))
    return _SCALARS[kind]


_SCALARS: dict[type, _Form] = {
    # models/README.md says why bytes are text here.
    bytes: _Form(binary, lambda attribute: b64decode(attribute["B"])),
    bool: _Form(lambda value: {"BOOL": value}, lambda attribute: attribute["BOOL"]),
    int: _Form(lambda value: {"N": str(value)}, lambda attribute: int(attribute["N"])),
    str: _Form(lambda value: {"S": value}, lambda attribute: attribute["S"]),
    Decimal: _Form(lambda value: {"N": str(value)}, lambda attribute: Decimal(attribute["N"])),
}
