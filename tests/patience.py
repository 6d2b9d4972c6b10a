"""How long tests wait for what must come: it ends a hang, and promises nothing about speed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    Value = TypeVar("Value")

PATIENCE_SECONDS = 60
PATIENCE_MS = PATIENCE_SECONDS * 1000
STEP_SECONDS = 0.02


def eventually(question: Callable[[], Value]) -> Value:
    """Ask until the answer is truthy, and return it; fail when it never is."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (answer := question()):
        assert time.monotonic() < deadline, f"not within {PATIENCE_SECONDS} s: {answer!r}"
        time.sleep(STEP_SECONDS)
    return answer
