"""What a table takes, for every store alike: numbers of at most 38 digits, items under 400 KB.

The sizes are estimates from above, so that what passes here is never refused by the table.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Iterable, Mapping
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow, Subnormal
from enum import Enum
from operator import attrgetter
from typing import Any, NamedTuple, Union, get_args, get_origin, get_type_hints

from understudy.domain.errors import LimitExceededError

MAX_DIGITS = 38
MAX_ITEM_BYTES = 400 * 1024
_NUMBER_BYTES = 21
_CONTAINER_BYTES = 4
_KEY_BYTES = 400
_TABLE_NUMBERS = Context(
    prec=MAX_DIGITS, Emin=-130, Emax=125, traps=[Inexact, InvalidOperation, Overflow, Subnormal]
)

_AS_STORED = _TABLE_NUMBERS.plus
_IS_FINITE = Decimal.is_finite
_TOO_WIDE = (Inexact, InvalidOperation, Overflow, Subnormal)

Measure = Callable[[Any], int]


def refuse_unstorable(record: Any) -> None:
    """Raise LimitExceededError for a record that a table would refuse."""
    try:
        size = _KEY_BYTES + _record_bytes(record)
    except _TOO_WIDE as error:
        raise LimitExceededError(
            f"a number has more than {MAX_DIGITS} digits: round it before it is stored",
            code="NUMBER_TOO_WIDE",
            record=type(record).__name__,
            field=_field_too_wide(record),
        ) from error
    if size > MAX_ITEM_BYTES:
        raise LimitExceededError(
            f"a record of {size} bytes does not fit into an item of {MAX_ITEM_BYTES} bytes",
            code="RECORD_TOO_LARGE",
            record=type(record).__name__,
        )


class _Plan(NamedTuple):
    """How records of a class are measured; all are, before each write, so few calls do it."""

    fixed: int
    numbers: Callable[[Any], tuple[Decimal, ...]]
    texts: Callable[[Any], tuple[str, ...]]
    others: tuple[tuple[str, Measure], ...]
    growing: tuple[tuple[str, Measure], ...]


def _record_bytes(record: Any) -> int:
    cls = type(record)
    plan = _plans.get(cls) or _plan(cls)
    if not all(map(_IS_FINITE, map(_AS_STORED, plan.numbers(record)))):
        raise InvalidOperation
    text = "".join(plan.texts(record))
    size = plan.fixed + (len(text) if text.isascii() else len(text.encode()))
    for name, measure in plan.others:
        value = getattr(record, name)
        if value:
            size += measure(value)
    return size


_plans: dict[type, _Plan] = {}


def _plan(cls: type) -> _Plan:
    plan = _plans.get(cls)
    if plan is None:
        plan = _plans[cls] = _new_plan(cls)
    return plan


def _new_plan(cls: type) -> _Plan:
    hints = get_type_hints(cls)
    fixed, growing = 0, []
    for field in dataclasses.fields(cls):
        measure = _measure_of(hints[field.name])
        fixed += len(field.name) + _NUMBER_BYTES
        if measure is not None:
            growing.append((field.name, measure))
    numbers = [name for name, _ in growing if hints[name] is Decimal]
    texts = [name for name, each in growing if each is _text_bytes and not get_args(hints[name])]
    others = tuple(each for each in growing if each[0] not in {*numbers, *texts})
    return _Plan(fixed, _values_of(numbers), _values_of(texts), others, tuple(growing))


def _field_too_wide(record: Any) -> str:
    for name, measure in _plan(type(record)).growing:
        try:
            if value := getattr(record, name):
                measure(value)
        except _TOO_WIDE:
            return name
    return ""


def _values_of(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    if len(names) > 1:
        return attrgetter(*names)
    if not names:
        return lambda _: ()
    value_of = attrgetter(*names)
    return lambda record: (value_of(record),)


def _measure_of(hint: Any) -> Measure | None:
    """Give what measures values of this type; None for types whose size is fixed."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _measure_of(next(each for each in arguments if each is not types.NoneType))
    if origin is None:
        return _plain_measure(getattr(hint, "__supertype__", hint))
    return (
        _sequence_measure(_measure_of(arguments[0]))
        if origin is tuple
        else _mapping_measure(_measure_of(arguments[1]))
    )


def _plain_measure(kind: Any) -> Measure | None:
    if kind is Decimal:
        return _number_bytes
    if dataclasses.is_dataclass(kind):
        return _record_bytes
    return _text_bytes if kind is str and not issubclass(kind, Enum) else None


def _sequence_measure(item: Measure | None) -> Measure:
    if item is None:
        return lambda values: _CONTAINER_BYTES + len(values) * (_NUMBER_BYTES + 1)
    return lambda values: _CONTAINER_BYTES + sum(map(item, values)) + len(values)


def _mapping_measure(item: Measure | None) -> Measure:
    def measure(values: Mapping[str, Any]) -> int:
        if item is None or item is _number_bytes:
            _refuse_wide(values.values() if item else ())
            items = len(values) * _NUMBER_BYTES
        else:
            items = sum(map(item, values.values()))
        return _CONTAINER_BYTES + _text_bytes("".join(values)) + items + len(values)

    return measure


def _number_bytes(value: Decimal) -> int:
    _refuse_wide((value,))
    return _NUMBER_BYTES


def _refuse_wide(values: Iterable[Decimal]) -> None:
    if not all(map(_IS_FINITE, map(_AS_STORED, values))):
        raise InvalidOperation


def _text_bytes(value: str) -> int:
    return len(value) if value.isascii() else len(value.encode())
