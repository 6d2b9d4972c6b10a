"""What follows from a text alone is worked out once per text: expressions, policy documents.

The emulator reads a condition anew for every item that it looks at, and every policy of a role at
every request. Here one process serves all functions, so that is time that each of them waits.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ministack.core import iam_evaluator
from ministack.services import dynamodb

from localcloud.patches.attributes import existing

if TYPE_CHECKING:
    from collections.abc import Callable

TEXTS = 1024


def apply() -> None:
    """Patch the readers of expressions and of policies."""
    checked = existing(dynamodb, "_condition_syntax_error")
    dynamodb._condition_syntax_error = lru_cache(TEXTS)(checked)  # noqa: SLF001 - the patch
    dynamodb._tokenize = _read_once(existing(dynamodb, "_tokenize"))  # noqa: SLF001 - the patch
    parse = existing(iam_evaluator, "parse_policy_document")
    iam_evaluator.parse_policy_document = _texts_read_once(parse)


def _read_once(read: Callable[[str], list[Any]]) -> Callable[[str], list[Any]]:
    """Give what reads a text once, and a list of its own to everybody who asks."""

    @lru_cache(TEXTS)
    def known(text: str) -> tuple[Any, ...]:
        return tuple(read(text))

    return lambda text: list(known(text))


def _texts_read_once(parse: Callable[[Any], list[Any]]) -> Callable[[Any], list[Any]]:
    once = _read_once(parse)
    return lambda document: once(document) if isinstance(document, str) else parse(document)
