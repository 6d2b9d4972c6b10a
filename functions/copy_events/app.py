"""Turns terminal changes of the copying table's stream into events on the bus."""

from __future__ import annotations

from typing import Any

from understudy.adapters.aws.stream_records import changes_in
from understudy.runtime.copy_events import build
from understudy.workflows.copy_events import publish_changes


def handler(event: dict[str, Any], context: Any) -> None:
    """Publish what ended; when the bus does not take it, the same records come again."""
    publishing = build()
    publish_changes(publishing.bus, publishing.clock, changes_in(event))
