"""Reads single fields of evidence and says of each that is missing or damaged where it stands.

Decimals are texts; a number with a point is refused.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from fractions import Fraction
from typing import Any, TypeVar

from simulators.judge.evidence import EvidenceError

T = TypeVar("T")
_DECIMAL = re.compile(r"-?[0-9]{1,100}(\.[0-9]{1,100})?([eE][+-]?[0-9]{1,2})?")
_SHOWN = 40
_MOST = 10**18


class Fields:
    """One object of the evidence; `place` is how it is named to people.

    A field with a default may be left out or null.
    """

    __slots__ = ("_place", "_plain")

    def __init__(self, plain: Any, place: str = "") -> None:
        """Take an object as it was decoded; raises EvidenceError for anything else."""
        if not isinstance(plain, dict):
            raise EvidenceError(f"{place or 'the evidence'} must be an object, not {_shown(plain)}")
        self._plain, self._place = plain, place

    def text(self, name: str, default: str | None = None) -> str:
        """Read a text, one that can be written down again."""
        return _whole(self._typed(name, str, "a text", default), self._at(name))

    def choice(self, name: str, choices: Collection[str], default: str | None = None) -> str:
        """Read a text that is one of some."""
        value = self.text(name, default)
        if value not in choices:
            wanted = " or ".join(sorted(choices))
            raise EvidenceError(f"{self._at(name)} must be {wanted}, not {_shown(value)}")
        return value

    def flag(self, name: str, *, default: bool | None = None) -> bool:
        """Read a truth."""
        return self._typed(name, bool, "true or false", default)

    def whole(
        self, name: str, default: int | None = None, *, least: int = 0, most: int = _MOST
    ) -> int:
        """Read a whole number."""
        value = self.exact(name, None if default is None else Fraction(default), least=least)
        if value.denominator != 1 or value > most:
            raise EvidenceError(f"{self._at(name)} must be a whole number up to {most}")
        return int(value)

    def exact(
        self, name: str, default: Fraction | None = None, *, least: int | None = None
    ) -> Fraction:
        """Read a whole number or a decimal in text."""
        value = self._value(name, default)
        if isinstance(value, Fraction):
            return value
        return _exact(value, self._at(name), least)

    def positive(self, name: str, default: Fraction | None = None) -> Fraction:
        """Read a decimal above zero."""
        value = self.exact(name, default)
        if value <= 0:
            raise EvidenceError(f"{self._at(name)} must be more than 0")
        return value

    def identifier(self, name: str, default: str | None = None) -> str:
        """Read a name that may be a number."""
        value = self._value(name, default)
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise EvidenceError(f"{self._at(name)} must be a text or a number, not {_shown(value)}")
        return _whole(str(value), self._at(name))

    @property
    def names(self) -> Collection[str]:
        """Give the names of its fields, where these are free."""
        return [_whole(name, self._place) for name in self._plain]

    def has(self, name: str) -> bool:
        """Say whether a field is there and not null."""
        return self._plain.get(name) is not None

    def one(self, name: str) -> Fields:
        """Read an object."""
        return Fields(self._value(name, None), self._at(name))

    def each(self, name: str, *, optional: bool = False) -> list[Fields]:
        """Read a list of objects."""
        place = self._at(name)
        rows = self._typed(name, list, "a list", [] if optional else None)
        return [Fields(row, f"{place}[{number}]") for number, row in enumerate(rows)]

    def texts(self, name: str) -> tuple[str, ...]:
        """Read a list of texts, empty where it is left out."""
        values = self._typed(name, list, "a list", [])
        if any(not isinstance(value, str) for value in values):
            raise EvidenceError(f"{self._at(name)} must hold texts")
        return tuple(_whole(value, self._at(name)) for value in values)

    def spans(self, name: str) -> tuple[tuple[Fraction, Fraction], ...]:
        """Read a list of pairs of times, empty where it is left out."""
        pairs, place = self._value(name, ()), self._at(name)
        if not isinstance(pairs, list | tuple) or not all(map(_is_pair, pairs)):
            raise EvidenceError(f"{place} must be a list of pairs of times, not {_shown(pairs)}")
        return tuple((_exact(begins, place), _exact(ends, place)) for begins, ends in pairs)

    def named(self, name: str, *, optional: bool = False) -> Iterator[tuple[str, Fields]]:
        """Read an object of objects, by their names."""
        if optional and not self.has(name):
            return
        rows = self.one(name)
        for key in rows.names:
            yield key, rows.one(key)

    def amounts(self, name: str, *, optional: bool = False) -> dict[str, Fraction]:
        """Read an object of decimals."""
        if optional and not self.has(name):
            return {}
        amounts = self.one(name)
        return {key: amounts.exact(key) for key in amounts.names}

    def _at(self, name: str) -> str:
        return f"{self._place}.{name}" if self._place else name

    def _value(self, name: str, default: Any) -> Any:
        value = self._plain.get(name)
        if value is not None:
            return value
        if default is None:
            raise EvidenceError(f"{self._at(name)} is missing")
        return default

    def _typed(self, name: str, kind: type[T], wanted: str, default: T | None) -> T:
        value = self._value(name, default)
        if not isinstance(value, kind):
            raise EvidenceError(f"{self._at(name)} must be {wanted}, not {_shown(value)}")
        return value


def _exact(value: Any, place: str, least: int | None = None) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise EvidenceError(f"{place}: decimals must be texts like '12.5', not {_shown(value)}")
    if not _DECIMAL.fullmatch(str(value)):
        raise EvidenceError(f"{place} must be a decimal, not {_shown(value)}")
    exact = Fraction(value)
    if least is not None and exact < least:
        raise EvidenceError(f"{place} must be {least} at least, not {_shown(value)}")
    return exact


def _whole(text: str, place: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise EvidenceError(f"{place} must be whole characters, not {_shown(text)}") from error
    return text


def _is_pair(value: Any) -> bool:
    return isinstance(value, list | tuple) and len(value) == len(("begins", "ends"))


def _shown(value: Any) -> str:
    return repr(value)[:_SHOWN]
