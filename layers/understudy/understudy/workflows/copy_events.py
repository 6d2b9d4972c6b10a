"""Every terminal change of the copying store goes to the bus, at least once, under one id."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from understudy.domain.announcements import (
    Announcement,
    of_follow,
    of_intent,
    of_ledger,
    of_receipt,
)
from understudy.domain.follows import Follow, Ledger
from understudy.domain.intents import Intent
from understudy.domain.receipts import Receipt
from understudy.messages import CopyEvent
from understudy.ports.changes import RecordChange
from understudy.ports.clock import Clock
from understudy.ports.delivery import Bus


def publish_changes(bus: Bus, clock: Clock, changes: Iterable[RecordChange]) -> Sequence[CopyEvent]:
    """Publish the events among these changes; gives them.

    Raises DependencyError when the bus did not take all: the same changes are delivered again.
    """
    events = events_among(changes, clock.now_ms())
    if events:
        bus.publish(events)
    return events


def events_among(changes: Iterable[RecordChange], now_ms: int) -> Sequence[CopyEvent]:
    """Give the events that these changes are, in order."""
    announced = [each for change in changes if (each := _announcement(change)) is not None]
    return [_event(each, now_ms) for each in announced]


def _announcement(change: RecordChange) -> Announcement | None:
    before, after = change.before, change.after
    if isinstance(after, Receipt):
        return of_receipt(before if isinstance(before, Receipt) else None, after)
    if isinstance(after, Follow):
        return of_follow(before if isinstance(before, Follow) else None, after)
    if isinstance(after, Intent):
        return of_intent(before if isinstance(before, Intent) else None, after)
    return of_ledger(before if isinstance(before, Ledger) else None, after)


def _event(announced: Announcement, now_ms: int) -> CopyEvent:
    return CopyEvent(
        event=announced.event,
        event_id=announced.event_id,
        user_id=announced.user_id,
        follow_id=announced.follow_id,
        at_ms=now_ms,
        facts=dict(announced.facts),
        amounts=dict(announced.amounts),
    )
