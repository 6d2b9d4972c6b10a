"""Which Python files the rules apply to, read once and parsed once."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOLDERS = (
    "layers/understudy",
    "layers/custody",
    "functions",
    "simulators",
    "localcloud",
    "cli",
    "benchmarks",
    "checks",
    "tests",
)


@dataclass(frozen=True, slots=True)
class Source:
    """A Python file: its path below the root with forward slashes, its text and its tree."""

    path: str
    text: str
    tree: ast.Module

    @classmethod
    def parse(cls, path: str, text: str) -> Source:
        """Parse `text`; a syntax error names `path`."""
        return cls(path, text, ast.parse(text, filename=path))


def read_sources(root: Path) -> Iterator[Source]:
    """Yield every Python file of the project below `root`."""
    for folder in FOLDERS:
        for file in sorted((root / folder).rglob("*.py")):
            yield Source.parse(file.relative_to(root).as_posix(), file.read_text(encoding="utf-8"))
