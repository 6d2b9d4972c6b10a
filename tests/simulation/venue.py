"""The in-memory venue, which can also be away for a while, as a venue that restarts is."""

from __future__ import annotations

from tests.fakes.venue import InMemoryVenue
from understudy.adapters.venues.hyperliquid.errors import UnknownCause
from understudy.domain.intents import Outcome, Signed, Unknown


class SimulatedVenue(InMemoryVenue):
    """Takes no order while it is down."""

    def submit(self, signed: Signed, *, first: bool) -> Outcome:
        if self.is_down:
            return Unknown(UnknownCause.UNREACHABLE)
        return super().submit(signed, first=first)
