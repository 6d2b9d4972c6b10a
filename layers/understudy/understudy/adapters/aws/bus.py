"""Publishing events on the bus: again only what was not taken."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from understudy.adapters.aws.attempts import attempt, rounds
from understudy.domain.errors import DependencyError
from understudy.messages import CopyEvent, Event, encode

if TYPE_CHECKING:
    from mypy_boto3_events.client import EventBridgeClient

SOURCE = "understudy.copying"
SOURCE_OF_AGENTS = "understudy.agents"
MAX_ENTRIES = 10


class EventBridgeBus:
    """Implements `Bus`; the detail type is the event's name."""

    def __init__(self, client: EventBridgeClient, name: str) -> None:
        self._client = client
        self._name = name

    def publish(self, events: Sequence[Event]) -> None:
        """Publish events."""
        for start in range(0, len(events), MAX_ENTRIES):
            self._put([self._entry(event) for event in events[start : start + MAX_ENTRIES]])

    def _put(self, entries: list[Any]) -> None:
        for _ in rounds():
            answer = attempt(partial(self._client.put_events, Entries=entries))
            results = zip(entries, answer["Entries"], strict=True)
            entries = [entry for entry, result in results if "ErrorCode" in result]
            if not entries:
                return
        raise DependencyError("the bus does not take events", bus=self._name, left=len(entries))

    def _entry(self, event: Event) -> dict[str, Any]:
        return {
            "EventBusName": self._name,
            "Source": SOURCE if isinstance(event, CopyEvent) else SOURCE_OF_AGENTS,
            "DetailType": event.event,
            "Detail": encode(event),
            "Time": datetime.fromtimestamp(event.at_ms // 1000, UTC),
        }
