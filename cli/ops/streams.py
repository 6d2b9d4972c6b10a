"""Events that copy_events could not publish: read from the stream again, and published."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cli.counting import counted
from cli.errors import CommandError
from understudy.adapters.aws.batches import UNREADABLE
from understudy.adapters.aws.bus import EventBridgeBus
from understudy.adapters.aws.stream_records import changes_in
from understudy.adapters.aws.table_stream import Record, records_of
from understudy.adapters.clock import SystemClock
from understudy.messages import CopyEvent
from understudy.workflows.copy_events import events_among, publish_changes

if TYPE_CHECKING:
    from cli.ops.place import Place
    from understudy.adapters.aws.letter_bodies import FailedBatch
    from understudy.ports.changes import RecordChange


@dataclass(frozen=True, slots=True)
class EventsThere:
    """What a batch holds; `unreadable` counts records that nothing can read."""

    events: Sequence[CopyEvent]
    unreadable: int


def events_there(place: Place, batch: FailedBatch) -> EventsThere:
    """Read a batch again; raises NotFoundError STREAM_RECORDS_GONE."""
    changes, unreadable = _changes(place, batch)
    return EventsThere(events_among(changes, SystemClock().now_ms()), unreadable)


def publish_again(
    place: Place, batch: FailedBatch, note: Callable[[], None]
) -> Sequence[CopyEvent]:
    """Publish the events of a batch; raises NotFoundError, CommandError STREAM_RECORDS_UNREADABLE.

    `note` is called when its records are found, before anything is published. Those that can be
    read are published before that is said.
    """
    changes, unreadable = _changes(place, batch)
    note()
    bus = EventBridgeBus(place.client("events"), place.resource("CopyBus"))
    events = publish_changes(bus, SystemClock(), changes)
    if unreadable:
        raise CommandError(
            "STREAM_RECORDS_UNREADABLE",
            f"published: {counted(len(events), 'event')};"
            f" cannot be read: {counted(unreadable, 'record')}",
            "deploy the version that wrote them and redrive again, or drop the letter",
        )
    return events


def _changes(place: Place, batch: FailedBatch) -> tuple[list[RecordChange], int]:
    changes: list[RecordChange] = []
    unreadable = 0
    for record in records_of(place.client("dynamodbstreams"), batch):
        try:
            changes.extend(_of(record))
        except UNREADABLE:
            unreadable += 1
    return changes, unreadable


def _of(record: Record) -> list[RecordChange]:
    """Read a record; what was deleted is no event, as for copy_events."""
    return changes_in({"Records": [record]})
