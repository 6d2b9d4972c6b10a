"""The bus in memory."""

from __future__ import annotations

from collections.abc import Sequence

from understudy.messages import Event


class InMemoryBus:
    """Implements `Bus`; what was published stands in `events`."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def publish(self, events: Sequence[Event]) -> None:
        """Publish events."""
        self.events.extend(events)
