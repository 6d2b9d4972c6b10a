"""JSON Schemas of what routes show, read from the types that their handlers say they give. Pure.

It follows how answers are written: decimals as text, and a field that is None is left out. A
mapping that is annotated with a dataclass holds some of its fields.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin, get_type_hints

from understudy.domain.explanations import MEANINGS, STATUSES
from understudy.domain.reasons import Reason
from understudy.domain.receipts import CopyStatus
from understudy.ports.directory import Page

from .answer_words import FIELDS

Schema = dict[str, Any]
REFERENCE = "#/components/schemas/{name}"
DECIMAL: Schema = {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}
ANYTHING: Schema = {}
# Choices whose values say too little by their names.
WORDS: Mapping[type[Enum], Mapping[Any, str]] = {
    Reason: {reason: meaning.words for reason, meaning in MEANINGS.items()},
    CopyStatus: STATUSES,
}
PLAIN: dict[type, Schema] = {
    Decimal: DECIMAL,
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    str: {"type": "string"},
}


class AnswerSchemas:
    """Describes types; `named` gathers what it describes once and refers to from then on."""

    def __init__(self) -> None:
        self.named: dict[str, Schema] = {}

    def of(self, hint: Any) -> Schema:
        """Describe a type; whatever is not said is anything."""
        origin, arguments = get_origin(hint), get_args(hint)
        if origin is None:
            return self._single(getattr(hint, "__supertype__", hint))
        if origin in (Union, UnionType):
            return self.of(next(each for each in arguments if each is not NoneType))
        if origin is Literal:
            return {"enum": list(arguments)}
        if origin is Annotated:
            return self._some_of(arguments[1])
        return self._several(origin, *arguments)

    def _several(self, origin: type, *of: Any) -> Schema:
        if origin is Page:
            return _object({"items": self._array(of[0]), "cursor": PLAIN[str]})
        return self._mapping(*of) if issubclass(origin, Mapping) else self._array(of[0])

    def _array(self, item: Any) -> Schema:
        return {"type": "array", "items": self.of(item)}

    def _mapping(self, names: Any, value: Any) -> Schema:
        if get_origin(names) is Literal:
            return _object({name: self.of(value) for name in get_args(names)})
        return {"type": "object", "additionalProperties": self.of(value)}

    def _single(self, kind: Any) -> Schema:
        if kind in PLAIN:
            return PLAIN[kind]
        if dataclasses.is_dataclass(kind):
            return self._reference(cast("type", kind))
        if isinstance(kind, type) and issubclass(kind, Enum):
            return _choice(kind)
        return ANYTHING

    def _reference(self, kind: type) -> Schema:
        if kind.__name__ not in self.named:
            self.named[kind.__name__] = {}  # one that holds itself refers to itself
            self.named[kind.__name__] = self._described(kind)
        return {"$ref": REFERENCE.format(name=kind.__name__)}

    def _some_of(self, kind: type) -> Schema:
        """Describe a mapping that holds what was chosen of a type's fields, and of theirs."""
        hints = get_type_hints(kind)
        described = {each.name: self._chosen(hints[each.name]) for each in dataclasses.fields(kind)}
        return {"title": kind.__name__, "type": "object", "properties": described}

    def _chosen(self, hint: Any) -> Schema:
        is_record = dataclasses.is_dataclass(hint)
        return self._some_of(cast("type", hint)) if is_record else self.of(hint)

    def _described(self, kind: type) -> Schema:
        hints = get_type_hints(kind, include_extras=True)
        properties = {
            each.name: _told(self.of(hints[each.name]), FIELDS.get(kind, {}).get(each.name))
            for each in dataclasses.fields(kind)
        }
        always = [name for name in properties if NoneType not in get_args(hints[name])]
        return {"title": kind.__name__, **_object(properties), "required": always}


def _told(schema: Schema, words: str | None) -> Schema:
    return schema if words is None else {**schema, "description": words}


def _choice(kind: type[Enum]) -> Schema:
    told = [f"{each.value}: {words}" for each, words in WORDS.get(kind, {}).items()]
    described = {"description": "; ".join(told)} if told else {}
    return {"type": "string", "enum": [each.value for each in kind], **described}


def _object(properties: dict[str, Schema]) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}
