"""No module or class is named after nothing: a name says whose work it does."""

from __future__ import annotations

import ast
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from checks.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.sources import Source

EMPTY_WORDS = frozenset({"util", "utils", "helper", "helpers", "manager", "managers", "misc"})


def find_empty_names(source: Source) -> Iterator[Finding]:
    """Report folders, modules and classes that contain an empty word."""
    for part in PurePosixPath(source.path).with_suffix("").parts:
        if EMPTY_WORDS & set(part.lower().split("_")):
            yield Finding(source.path, "empty-name", f"'{part}' says nothing")
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ClassDef) and EMPTY_WORDS & set(_words(node.name)):
            yield Finding(f"{source.path}:{node.lineno}", "empty-name", f"'{node.name}'")


def _words(name: str) -> list[str]:
    return [word.lower() for word in re.findall(r"[A-Z][a-z]*", name)]
