"""What handlers say they show, by the names that their modules import for type checkers alone.

So a start of the function imports nothing for the sake of its description.
"""

from __future__ import annotations

import ast
import inspect
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, get_type_hints

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .routing import Handle


def shown_by(handle: Handle) -> Any:
    """Give the type of what a handler shows."""
    return get_type_hints(handle, localns=_for_type_checkers(handle.__module__))["return"]


@cache
def _for_type_checkers(name: str) -> dict[str, Any]:
    """Import what a module imports under TYPE_CHECKING."""
    module = import_module(name)
    return {
        alias.asname or alias.name: getattr(_imported(each, module.__package__), alias.name)
        for each in _unseen_imports(inspect.getsource(module))
        for alias in each.names
    }


def _imported(statement: ast.ImportFrom, package: str | None) -> Any:
    return import_module("." * statement.level + (statement.module or ""), package)


def _unseen_imports(source: str) -> Iterator[ast.ImportFrom]:
    for node in ast.parse(source).body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            yield from (each for each in node.body if isinstance(each, ast.ImportFrom))
