"""Every exception from a rule says why: on its line, or in the comment that stands right above."""

from __future__ import annotations

import io
import re
import tokenize
from typing import TYPE_CHECKING

from checks.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.sources import Source

RULE = "bare-suppression"
CODES = r"(?:\s*\[[^\]]*\]|:?\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*)?"
SUPPRESSION = re.compile(
    rf"#\s*(?:(?:(?:ruff|flake8):\s*)?noqa\b{CODES}|type:\s*ignore\b{CODES}|nosec\b{CODES}"
    rf"|pragma:\s*no\s+\w+|(?:mypy|pylint|pyright|bandit):\s*\S+{CODES})",
    re.IGNORECASE,
)
REASON = re.compile(r"[a-z]{2}", re.IGNORECASE)
# What a tool's settings leave out: a rule, words, folders, imports, or a part of `strict`.
EXCEPTION = re.compile(
    r'^\s+(?:"[A-Z]+\d*"|- [A-Z]+\d+)|^"[^"]+" = \[".*\]'
    r"|^(?:exclude|skip|ignore-words-list|filterwarnings) = "
    r"|^(?:ignore_\w+|disable_\w+) = |^(?:disallow|warn|check|strict)_\w+ = false"
)


def find_bare_suppressions(source: Source) -> Iterator[Finding]:
    """Report comments that silence a tool and give no reason.

    A comment above counts for all lines in a row that silence something.
    """
    explained: set[int] = set()
    for comment in _comments(source.text):
        line = comment.start[0]
        words = SUPPRESSION.sub("", comment.string)
        if words == comment.string:
            if comment.line.lstrip().startswith("#"):
                explained.add(line)
        elif line - 1 in explained:
            explained.add(line)
        elif not REASON.search(words):
            yield Finding(f"{source.path}:{line}", RULE, f"'{comment.string}' gives no reason")


def find_bare_exceptions(path: str, settings: str) -> Iterator[Finding]:
    """Report exceptions in a file of settings with no comment beside, above or at their table."""
    table = above = ""
    for number, line in enumerate(settings.splitlines(), start=1):
        table = line if line.startswith("[") else table
        is_explained = "#" in line or "#" in table or above.lstrip().startswith("#")
        if EXCEPTION.match(line) and not is_explained:
            yield Finding(f"{path}:{number}", RULE, f"'{line.strip()}' gives no reason")
        above = line


def _comments(text: str) -> Iterator[tokenize.TokenInfo]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token
