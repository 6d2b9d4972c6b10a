"""Request models as JSON Schemas that any reader of OpenAPI understands. Pure.

What is said in Python's words there, the end of a text and the range of a decimal, is put into
words of JSON Schema.
"""

from __future__ import annotations

from typing import Any

UNSIGNED_TEXT = r"^[0-9]{1,12}(\.[0-9]{1,8})?$"
DECIMAL_TEXT = UNSIGNED_TEXT.replace("^", "^-?")
EDGES = {"ge": "minimum", "le": "maximum", "gt": "exclusiveMinimum", "lt": "exclusiveMaximum"}
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
    """Say a range of decimals for numbers; for text, how it must look, and the range in words."""
    edges = {EDGES[name]: each for name, each in schema.items() if name in EDGES}
    is_unsigned = max(schema.get("ge", -1), schema.get("gt", -1)) >= 0
    text = {
        "type": "string",
        "pattern": UNSIGNED_TEXT if is_unsigned else DECIMAL_TEXT,
        "description": ", ".join(f"{name} {each}" for name, each in edges.items()),
    }
    rest = {name: each for name, each in schema.items() if name not in {"anyOf", *EDGES}}
    return {
        **rest,
        "anyOf": [text, {"type": "number", **edges}],
    }
