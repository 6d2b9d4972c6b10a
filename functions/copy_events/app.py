"""Turns terminal changes of the copying table's stream into events on the bus."""

from __future__ import annotations

from typing import Any

from understudy.runtime.starting import uncollected

with uncollected():
    from understudy.adapters.aws.stream_records import changes_in
    from understudy.domain.announcements import NEEDS_A_LOOK
    from understudy.runtime.copy_events import build
    from understudy.runtime.observability import logger
    from understudy.workflows.copy_events import publish_changes


def handler(event: dict[str, Any], context: Any) -> None:
    """Publish what ended; when the bus does not take it, the same records come again."""
    publishing = build()
    for each in publish_changes(publishing.bus, publishing.clock, changes_in(event)):
        if each.event in NEEDS_A_LOOK:
            # The alarms count these lines.
            logger("copy_events").warning(
                "somebody should look",
                event=each.event,
                event_id=each.event_id,
                follow_id=each.follow_id,
                **each.facts,
            )
