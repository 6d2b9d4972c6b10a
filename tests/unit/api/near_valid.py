"""Bodies that are nearly right: all fields of a request's model, one of them spoiled.

What may stand in a field and what is just beside it comes from the model's own schema.
"""

from __future__ import annotations

import copy
from decimal import Decimal
from functools import cache
from itertools import islice, product
from random import Random
from typing import TYPE_CHECKING, Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Iterator

    from functions.api.routing import Request

Path = tuple[str, ...]
Schema = dict[str, Any]
OF_NO_FIELD: list[Any] = [None, True, 0, -1, 2**63, 10**400, 0.5, "", "🙂", "\ud800", "\0", [], {}]
OF_NO_FIELD += [[[[]]], {"": None}, "x" * 5000, ["x"] * 101, "1e400", "NaN", "-0", float("inf")]
ANYTHING = st.text(max_size=20) | st.integers() | st.floats()
MOST_LEFT_OUT = 8
STEPS = tuple(map(Decimal, ("0.00000001", "-0.00000001", "0.000000001", "-0.000000001")))


def fields_of(model: type[Request]) -> dict[Path, Schema]:
    """Give every field of a model by its path, those of the models inside it as well."""
    schema = model.model_json_schema()
    return dict(_fields(schema, schema.get("$defs", {}), ()))


def _fields(schema: Schema, known: dict[str, Schema], at: Path) -> Iterator[tuple[Path, Schema]]:
    for name, each in schema.get("properties", {}).items():
        resolved = _resolved(each, known)
        yield (*at, name), resolved
        yield from _fields(resolved, known, (*at, name))


def _resolved(schema: Schema, known: dict[str, Schema]) -> Schema:
    """Follow references, and leave out that a field may be null."""
    for each in schema.get("anyOf", ()):
        if each.get("type") != "null" and "pattern" not in each and "ge" not in schema:
            return _resolved(each, known)
    name = schema.get("$ref", "").rpartition("/")[2]
    return known[name] if name else schema


def spoiled(model: type[Request], good: dict[str, Any], count: int) -> Iterator[dict[str, Any]]:
    """Give bodies in which one field has another value, is missing, or has a stranger beside it.

    Some of the fields that may be left out are left out. Where there are fewer changes than asked
    for, fields have anything at all in them.
    """
    fields = fields_of(model)
    changes = [(path, value) for path, each in fields.items() for value in beside(each)]
    changes += [(path, _Missing) for path in fields]
    changes += [(path, each) for path in fields for each in near(_get(good, path))]
    changes += [((*inside, "unknown"), 1) for inside in sorted({path[:-1] for path in fields})]
    if len(changes) < count:
        more = ((path, each) for each, path in product(_anything(count), sorted(fields)))
        changes += islice(more, count - len(changes))
    optional = sorted(path for path in fields if path[0] == "limits" and len(path) > 1)

    random = Random(model.__qualname__)  # noqa: S311 - what fails must fail again
    for change in random.sample(changes, count):
        made = copy.deepcopy(good)
        for path in random.sample(optional, min(random.randint(0, MOST_LEFT_OUT), len(optional))):
            _put(made, path, _Missing)
        _put(made, *change)
        yield made


@cache
def _anything(count: int) -> list[Any]:
    """Draw so many values of no field in particular: once, since drawing costs more than asking."""
    drawn: list[Any] = []

    @settings(max_examples=count, phases=[Phase.generate], database=None, derandomize=True)
    @given(ANYTHING)
    def draw(value: Any) -> None:
        drawn.append(value)

    draw()
    return drawn


class _Missing:
    """Stands for a field that is left out."""


def _put(body: dict[str, Any], path: Path, value: Any) -> None:
    inner: Any = body
    for name in path[:-1]:
        inner = inner.get(name)
        if not isinstance(inner, dict):
            return
    if value is _Missing:
        inner.pop(path[-1], None)
    else:
        inner[path[-1]] = value


def _get(body: dict[str, Any], path: Path) -> Any:
    inner: Any = body
    for name in path:
        inner = inner.get(name) if isinstance(inner, dict) else None
    return inner


def near(value: Any) -> list[Any]:
    """Give texts that differ from a good one in one character, and lists with one member more."""
    if isinstance(value, list):
        return [[*value, each] for each in (*value, *near(value[0]), None)]
    if not isinstance(value, str):
        return []
    middle = len(value) // 2
    swapped = value[:middle] + chr(ord(value[middle]) ^ 1) + value[middle + 1 :]
    return [value[:-1], f"{value}0", f"{value}\n", swapped, value.swapcase()]


def beside(schema: Schema) -> list[Any]:
    """Give the values on the edges of a field's range, just past them, and of no field at all."""
    found = list(OF_NO_FIELD)
    for member in (*schema.get("enum", ()), *([schema["const"]] if "const" in schema else [])):
        found += [member, member.upper(), f" {member}"]
    for edge in ("minimum", "maximum"):
        if edge in schema:
            found += [schema[edge] - 1, schema[edge], schema[edge] + 1, str(schema[edge])]
    for edge in ("ge", "le"):
        if edge in schema:
            exact = Decimal(schema[edge])
            found += [schema[edge], str(exact), *(str(exact + step) for step in STEPS)]
    return found
