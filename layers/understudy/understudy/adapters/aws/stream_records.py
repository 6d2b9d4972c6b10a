"""The copying table's stream as the follows, ledgers, receipts and orders that changed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from understudy.adapters.aws import keys as at
from understudy.adapters.aws.attributes import record_of
from understudy.domain.follows import Follow, Ledger
from understudy.domain.intents import Intent
from understudy.domain.receipts import Receipt
from understudy.ports.changes import Record, RecordChange

_CLASSES: tuple[tuple[str, type[Record]], ...] = (
    (at.FOLLOW_STATE, Follow),
    (at.LEDGER, Ledger),
    (at.COPY, Receipt),
    (at.INTENT, Intent),
)


def changes_in(event: Mapping[str, Any]) -> list[RecordChange]:
    """Read what an event of the stream changed, in order; other items are passed over."""
    read = (_change(record["dynamodb"]) for record in event["Records"])
    return [change for change in read if change is not None]


def _change(change: Mapping[str, Any]) -> RecordChange | None:
    cls = _class_of(change["Keys"]["sk"]["S"])
    if cls is None or "NewImage" not in change:
        return None
    old = change.get("OldImage")
    return RecordChange(
        before=record_of(cls, old) if old else None,
        after=record_of(cls, change["NewImage"]),
    )


def _class_of(sort_key: str) -> type[Record] | None:
    return next((cls for prefix, cls in _CLASSES if sort_key.startswith(prefix)), None)
