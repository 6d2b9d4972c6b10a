"""Request models as JSON Schemas that any reader of OpenAPI understands. Pure.

What is said in Python's words there, the end of a text and the range of a decimal, is put into
words of JSON Schema; a decimal is text, whose range no schema can tell but in words for people.
"""

from __future__ import annotations

from typing import Any

UNSIGNED_TEXT = r"^[0-9]{1,12}(\.[0-9]{1,8})?$"
DECIMAL_TEXT = UNSIGNED_TEXT.replace("^", "^-?")
EDGES = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}
_END_OF_TEXT = r"\z"


def portable(schema: Any) -> Any:
    """Rewrite a schema and all that are inside it."""
    if isinstance(schema, list):
        return [portable(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    inside = {name: portable(each) for name, each in schema.items()}
    pattern = inside.get("pattern")
    if isinstance(pattern, str):
        inside["pattern"] = pattern.replace(_END_OF_TEXT, "$")
    return _decimal(inside) if EDGES.keys() & inside.keys() else inside


def _decimal(schema: dict[str, Any]) -> dict[str, Any]:
    """Say how the text of a decimal must look, and its range in words."""
    edges = ", ".join(f"{words} {schema[name]}" for name, words in EDGES.items() if name in schema)
    is_unsigned = max(schema.get("ge", -1), schema.get("gt", -1)) >= 0
    rest = {name: each for name, each in schema.items() if name not in {"anyOf", *EDGES}}
    return {
        **rest,
        "type": "string",
        "pattern": UNSIGNED_TEXT if is_unsigned else DECIMAL_TEXT,
        "description": f"{schema.get('description', '')} Decimal, {edges}.".strip(),
    }
