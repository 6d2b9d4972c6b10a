"""What the local cloud says of an error goes out as it stands, among the command's own words."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import localcloud

if TYPE_CHECKING:
    from collections.abc import Iterator

RAISED_BY = ("LocalCloudError", "invalid", "_failed")


def _texts() -> Iterator[str]:
    for file in sorted(Path(localcloud.__path__[0]).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in RAISED_BY:
                yield from map(_read, node.args)


def _read(argument: ast.expr) -> str:
    """Read a text with _ for what is filled in; anything else that is given is ''."""
    if isinstance(argument, ast.JoinedStr):
        return "".join(_read(each) or "_" for each in argument.values)
    return str(argument.value) if isinstance(argument, ast.Constant) else ""


def test_its_texts_begin_small_and_end_without_a_stop() -> None:
    texts = list(filter(None, _texts()))

    assert len(texts) > 30
    assert [each for each in texts if re.match("[A-Z][a-z]* ", each) or each.endswith(".")] == []
