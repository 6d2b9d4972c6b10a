"""The copying table's stream as the follows and receipts that it replaced. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from understudy.adapters.aws import keys as at
from understudy.adapters.aws.attributes import Item, record_of
from understudy.domain.follows import Follow
from understudy.domain.receipts import Receipt

Streamed = Follow | Receipt


@dataclass(frozen=True, slots=True)
class Replacement:
    """A follow or receipt as it became, and as it was (None: it is new)."""

    sequence_number: str
    old: Streamed | None
    new: Streamed


def replacements_in(event: Mapping[str, Any]) -> list[Replacement]:
    """Read what an event of the stream replaced, in order; other items are passed over."""
    read = (_replacement(record["dynamodb"]) for record in event["Records"])
    return [replacement for replacement in read if replacement is not None]


def _replacement(change: Mapping[str, Any]) -> Replacement | None:
    cls = _class_of(change["Keys"]["sk"]["S"])
    if cls is None or "NewImage" not in change:
        return None
    old: Item | None = change.get("OldImage")
    return Replacement(
        sequence_number=change["SequenceNumber"],
        old=record_of(cls, old) if old else None,
        new=record_of(cls, change["NewImage"]),
    )


def _class_of(sort_key: str) -> type[Streamed] | None:
    if sort_key == at.FOLLOW_STATE:
        return Follow
    return Receipt if sort_key.startswith(at.COPY) else None
