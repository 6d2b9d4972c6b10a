"""The in-memory venue, which can also be away for a while, as a venue that restarts is.

What is late for it is often just in time: in the last moment in which it still takes the order.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial

from tests.fakes.venue import InMemoryVenue
from tests.simulation.gates import Effect, OrderGate
from understudy.adapters.venues.hyperliquid.errors import UnknownCause
from understudy.domain.intents import Outcome, Signed, Unknown
from understudy.domain.markets import Market
from understudy.ports.clock import Clock

REFUSED = "refused_by_restart"
LAST_MOMENT_SHARE = 0.5
BEFORE_EXPIRY_MS = (0, 1, 5, 20, 100)


class SimulatedVenue(InMemoryVenue):
    """Takes no order and answers nothing while it is down; `note` counts what it refused then."""

    def __init__(
        self, clock: Clock, markets: Sequence[Market], note: Callable[[str], None]
    ) -> None:
        super().__init__(clock, markets)
        self._note = note

    def submit(self, signed: Signed, *, first: bool) -> Outcome:
        if self.is_down:
            self._note(REFUSED)
            return Unknown(UnknownCause.UNREACHABLE)
        return super().submit(signed, first=first)

    def is_approved(self, agent: str, address: str) -> bool:
        """Say whether an agent may trade for an account."""
        return self._agents.get(agent) == address

    def _answer(self) -> None:
        if self.is_down:
            self._note(REFUSED)
        super()._answer()


class LateOrderGate(OrderGate):
    """Orders that are on their way for long: every other one arrives just before it expires."""

    def _lands_in_ms(self, effect: Effect) -> int:
        after_ms = super()._lands_in_ms(effect)
        expires_ms = _expiry(effect)
        if not expires_ms or self._random.random() >= LAST_MOMENT_SHARE:
            return after_ms
        before_ms = BEFORE_EXPIRY_MS[int(self._random.random() * len(BEFORE_EXPIRY_MS))]
        return max(0, expires_ms - before_ms - self._loop.now_ms)


def _expiry(effect: Effect) -> int:
    """Give until when the venue takes what is sent; 0 if it does not say."""
    if not isinstance(effect, partial):
        return 0
    signed: Signed = effect.args[0]
    return json.loads(signed.body)["expiresAfter"] or 0
