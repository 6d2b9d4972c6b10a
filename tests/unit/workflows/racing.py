"""Races: something else happens between what a call reads and what its caller does with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


def meanwhile(
    monkeypatch: pytest.MonkeyPatch, target: Any, name: str, happen: Callable[[], None]
) -> None:
    """Let something happen once, between what a call reads and what its caller does with it."""
    call = getattr(target, name)

    def slow(*arguments: Any, **named: Any) -> Any:
        monkeypatch.setattr(target, name, call)
        answer = call(*arguments, **named)
        happen()
        return answer

    monkeypatch.setattr(target, name, slow)
