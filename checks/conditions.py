"""What DynamoDB refuses and the emulator lets pass: arithmetic in conditions, long transactions."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from checks.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.sources import Source

CONDITION_KEYS = frozenset({"ConditionExpression", "KeyConditionExpression", "FilterExpression"})
SHIPPED = ("layers/", "functions/")
TRANSACTION_ITEMS = 100
UPDATE = re.compile(r"^\s*(SET|ADD|REMOVE|DELETE)\b")
COMPARISON = re.compile(r"[<>]|attribute_(not_)?exists\s*\(|\bBETWEEN\b|begins_with\s*\(")
PLACEHOLDER = re.compile(r":[A-Za-z_]")
ARITHMETIC = re.compile(r"[+\-]")


def find_refused_requests(source: Source) -> Iterator[Finding]:
    """Report conditions that calculate and transactions above DynamoDB's limit of items."""
    if not source.path.startswith(SHIPPED):
        return
    constants = _text_constants(source.tree)
    for node in ast.walk(source.tree):
        place = f"{source.path}:{getattr(node, 'lineno', 0)}"
        for text in _conditions(node, constants):
            if ARITHMETIC.search(text):
                message = f"'{text}' calculates: store the derived number and compare it"
                yield Finding(place, "condition-arithmetic", message)
        count = _transaction_items(node)
        if count > TRANSACTION_ITEMS:
            message = f"{count} items, at most {TRANSACTION_ITEMS}"
            yield Finding(place, "transaction-size", message)


def _conditions(node: ast.AST, constants: dict[str, str]) -> Iterator[str]:
    """Yield texts that are conditions: by their key, or by how they read."""
    for key, value in _named_values(node):
        text = constants.get(value.id) if isinstance(value, ast.Name) else _text(value)
        if key in CONDITION_KEYS and text:
            yield text
    text = _text(node)
    if text and COMPARISON.search(text) and PLACEHOLDER.search(text) and not UPDATE.match(text):
        yield text


def _transaction_items(node: ast.AST) -> int:
    for key, value in _named_values(node):
        if key == "TransactItems" and isinstance(value, ast.List):
            return len(value.elts)
        if "TRANSACT" in key and isinstance(value, ast.Constant) and isinstance(value.value, int):
            return value.value
    return 0


def _named_values(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    match node:
        case ast.keyword(arg=str() as name, value=value):
            yield name, value
        case ast.Dict(keys=keys, values=values):
            for key, value in zip(keys, values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield key.value, value
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            yield name, value
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            yield name, value


def _text_constants(tree: ast.Module) -> dict[str, str]:
    return {
        name: text
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for name, value in _named_values(node)
        if (text := _text(value))
    }


def _text(node: ast.AST) -> str | None:
    """Read a string, or the fixed parts of an f-string with a placeholder for each other part."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) or "…" for part in node.values)
    return None
