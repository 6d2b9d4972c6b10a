"""Calls of the cloud as the adapters make them: one whose answer was lost is repeated once.

A transaction carries a token: its repetition finds what the first sending did, also when that
takes effect after the repetition.
"""

from __future__ import annotations

from typing import Any

from tests.simulation.faults import Fate
from tests.simulation.gates import Effect, Gate
from understudy.domain.errors import DependencyError

LOST_ANSWERS = frozenset({Fate.TIMEOUT_LANDED, Fate.TIMEOUT_LATE, Fate.TIMEOUT_LOST})
CLOUD_TIMEOUT_MS = 1_000
TRANSACTIONS = frozenset({"copies.commit", "leaders.store_trade", "custody.record"})


class Once:
    """An effect under a token: what succeeded is not done again; a refusal is found anew."""

    def __init__(self, effect: Effect) -> None:
        self._effect = effect
        self._is_done = False
        self._result: Any = None

    def __call__(self) -> Any:
        if not self._is_done:
            self._result = self._effect()
            self._is_done = True
        return self._result


class RepeatingGate(Gate):
    """A service behind an adapter that repeats."""

    timeout_ms = CLOUD_TIMEOUT_MS

    def _struck(self, name: str, effect: Effect, fate: Fate) -> Any:
        if fate not in LOST_ANSWERS:
            return super()._struck(name, effect, fate)
        effect = Once(effect) if name in TRANSACTIONS else effect
        try:
            return super()._struck(name, effect, fate)
        except DependencyError:
            return self.repeat(name, effect)

    def repeat(self, name: str, effect: Effect) -> Any:
        """Make a call once more whose answer was lost."""
        self._loop.refuse_overtime()
        fate = self._draw(name)
        if fate is None:
            return self._done(name, effect)
        self._history.note(f"{self._loop.now_ms} {name} {fate} again")
        return super()._struck(name, effect, fate)
