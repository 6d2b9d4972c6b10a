"""The document as the API is held to it: to the letter, and signing in left to whoever asks."""

from __future__ import annotations

import json
from typing import Any

import schemathesis
from schemathesis import Config
from schemathesis.core.result import Err

from functions.api.every_route import ROUTES
from functions.api.openapi import document

# A request that breaks its description may be refused as too large, too.
HELD = Config.from_dict({"checks": {"negative_data_rejection": {"expected-statuses": ["4xx"]}}})


def described_operations() -> list[Any]:
    """Give the operations that the document describes."""
    plain: dict[str, Any] = json.loads(json.dumps(document(ROUTES)))
    for methods in plain["paths"].values():
        for each in methods.values():
            each.pop("security", None)
    exact = schemathesis.openapi.from_dict(_exact(plain), config=HELD)
    return [_valid(result) for result in exact.get_all_operations()]


def _valid(operation: Any) -> Any:
    if isinstance(operation, Err):
        raise operation.err()
    return operation.ok()


def takes_anything(operation: Any) -> bool:
    """Say whether there is anything to draw for a request of an operation."""
    definition = operation.definition.raw
    return bool(definition["parameters"]) or "requestBody" in definition


def _exact(schema: Any) -> Any:
    """Refuse, in every schema, the fields that it does not tell of."""
    if isinstance(schema, list):
        return [_exact(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    inside = {name: _exact(each) for name, each in schema.items()}
    names = schema.get("properties")
    if schema.get("type") == "object" and isinstance(names, dict):
        inside.setdefault("additionalProperties", False)
    return inside
