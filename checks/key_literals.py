"""No key stands in the code in any form: text in pieces, raw bytes, or a number of 256 bits.

`leaks` reads lines and finds what is written in one piece; this reads what the program would see.
A line whose comment (or the one above it) says `public:` and why is passed over.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from checks.finding import Finding
from checks.leaks import PLACEHOLDER_DIGITS, PUBLIC_MARK, RECORDED_VALUES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.sources import Source

KEY_BYTES = 32
LEAST_KEY_BITS = 225  # a smaller number is as good as never a key of 256 bits
HEX = re.compile(r"(?<![0-9a-fA-F])[0-9a-fA-F]{64}(?![0-9a-fA-F])")
TEXT = re.compile(rb"[\t\n -~]*")


def find_key_literals(source: Source) -> Iterator[Finding]:
    """Report constants of 32 bytes that are neither text, nor a pattern, nor marked as public."""
    if RECORDED_VALUES.search(source.path):
        return
    lines = ["", *source.text.splitlines()]
    for node in ast.walk(source.tree):
        line = getattr(node, "lineno", 0)
        is_public = any(map(PUBLIC_MARK.search, lines[max(0, line - 1) : line + 1]))
        if _is_key(_value_of(node)) and not is_public:
            yield Finding(f"{source.path}:{line}", "key-literal", "32 bytes that could be a key")


def _value_of(node: ast.AST) -> object:
    """Read a constant, or constants that are added up."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _value_of(node.left), _value_of(node.right)
        if isinstance(left, str) and isinstance(right, str):
            return left + right
        if isinstance(left, bytes) and isinstance(right, bytes):
            return left + right
    return None


def _is_key(value: object) -> bool:
    match value:
        case str():
            return any(not _is_pattern(each) for each in HEX.findall(value))
        case bytes():
            return len(value) == KEY_BYTES and not TEXT.fullmatch(value) and _is_mixed(value)
        case int():
            is_long = LEAST_KEY_BITS <= value.bit_length() <= 8 * KEY_BYTES
            return is_long and not _is_pattern(f"{value:064x}")
    return False


def _is_pattern(digits: str) -> bool:
    return len(set(digits.lower())) <= PLACEHOLDER_DIGITS


def _is_mixed(value: bytes) -> bool:
    return len(set(value)) > PLACEHOLDER_DIGITS
