"""No float where money is: domain, messages and venues count in Decimal and int."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from checks.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.sources import Source

PRODUCT = "layers/understudy/understudy/"
EXACT = tuple(PRODUCT + part for part in ("domain/", "messages", "adapters/venues/"))


def find_floats(source: Source) -> Iterator[Finding]:
    """Report float literals, the name `float`, and JSON read without `parse_float`."""
    if not source.path.startswith(EXACT):
        return
    for node in ast.walk(source.tree):
        message = _float_in(node)
        if message:
            yield Finding(f"{source.path}:{getattr(node, 'lineno', 0)}", "no-float", message)


def _float_in(node: ast.AST) -> str | None:
    match node:
        case ast.Constant(value=float() | complex()):
            return f"{ast.unparse(node)} is a float: write Decimal('…') or an int"
        case ast.Name(id="float"):
            return "float is inexact: use Decimal, or an int with its unit in the name"
        case ast.Call(func=ast.Attribute(value=ast.Name(id="json"), attr="load" | "loads")):
            given = {keyword.arg for keyword in node.keywords}
            return None if "parse_float" in given else "JSON numbers: pass parse_float=Decimal"
    return None
