"""What callers send, read strictly: a shape or type that does not fit is refused, not converted."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar, get_type_hints

from understudy.domain.codec import from_plain
from understudy.domain.errors import InvalidInputError
from understudy.domain.intents import Intent

T = TypeVar("T")
_STRICT = (str, bool, int)


def read_intents(event: Mapping[str, Any]) -> list[Intent]:
    """Read `{intents: […]}`; raises InvalidInputError for anything else."""
    if set(event) != {"intents"} or not isinstance(event["intents"], list):
        raise InvalidInputError("send {intents: [...]} and nothing beside it")
    return [read(Intent, plain) for plain in event["intents"]]


def read(cls: type[T], plain: Any) -> T:
    """Read a dataclass whose texts, integers and truths already have their types.

    Raises InvalidInputError for a field that is missing, unknown or of another type.
    """
    try:
        _check_types(cls, plain)
        return from_plain(cls, plain)
    except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise InvalidInputError(
            f"this {cls.__name__} cannot be read: send the fields as domain/codec writes them"
        ) from error


def _check_types(cls: type, plain: Mapping[str, Any]) -> None:
    kinds = _strict_kinds(cls)
    for name, value in plain.items():
        if name in kinds and type(value) is not kinds[name]:
            raise TypeError(name)


@cache
def _strict_kinds(cls: type) -> dict[str, type]:
    hints = get_type_hints(cls)
    plain = {name: getattr(hint, "__supertype__", hint) for name, hint in hints.items()}
    return {name: kind for name, kind in plain.items() if kind in _STRICT}
