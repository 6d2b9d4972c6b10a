"""The in-memory venue, which can also be away for a while, as a venue that restarts is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tests.fakes.venue import InMemoryVenue
from understudy.adapters.venues.hyperliquid.errors import UnknownCause
from understudy.domain.intents import Outcome, Signed, Unknown
from understudy.domain.markets import Market
from understudy.ports.clock import Clock

REFUSED = "refused_by_restart"


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
