"""Nothing too long to read at once: bodies, files, handlers."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from checks.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.sources import Source

BODY_LINES = 40
FILE_LINES = 300
HANDLER_LINES = 60


def find_oversize(source: Source) -> Iterator[Finding]:
    """Report files and function bodies (docstring included) above their limit in lines."""
    limit = HANDLER_LINES if _is_handler(source.path) else FILE_LINES
    lines = source.text.count("\n")
    if lines > limit:
        yield Finding(source.path, "file-size", f"{lines} lines, at most {limit}")
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _check_body(source.path, node)


def _check_body(path: str, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Finding]:
    lines = (node.end_lineno or node.lineno) - node.body[0].lineno + 1
    if lines > BODY_LINES:
        message = f"{node.name} has {lines} lines, at most {BODY_LINES}"
        yield Finding(f"{path}:{node.lineno}", "body-size", message)


def _is_handler(path: str) -> bool:
    return path.startswith("functions/") and path.endswith("/app.py")
