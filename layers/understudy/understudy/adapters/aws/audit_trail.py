"""`AuditTrail` on DynamoDB: every entry becomes a stamped row of its own, which is only added."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from understudy.adapters.aws.attempts import attempt
from understudy.adapters.aws.audit_items import item_of
from understudy.adapters.aws.operations import put_new
from understudy.adapters.correlation import correlation_id
from understudy.domain.audit_chain import Row

if TYPE_CHECKING:
    from understudy.adapters.aws.attributes import Item
    from understudy.adapters.aws.audit_stamps import KmsStamps
    from understudy.adapters.aws.operations import Operation
    from understudy.adapters.aws.table import Table
    from understudy.domain.audit import AuditEntry


class DynamoAuditTrail:
    """Implements `AuditTrail`."""

    def __init__(self, table: Table, stamps: KmsStamps) -> None:
        self._table = table
        self._stamps = stamps

    def append(self, entry: AuditEntry) -> None:
        """Keep an entry."""
        write = self.write_of(entry)["Put"]
        attempt(lambda: self._table.client.put_item(**write))

    def write_of(self, entry: AuditEntry) -> Operation:
        """Write an entry as a part of a transaction: it is kept with the deed, or neither is."""
        return put_new(self._table.name, stamped_item(entry, self._stamps))


def stamped_item(entry: AuditEntry, stamps: KmsStamps) -> Item:
    """Write an entry under a key of its own; per subject they lie in order of time."""
    row = Row(
        partition=stamps.actor.partition_of(entry.subject),
        sort=f"{entry.at_ms:013d}#{secrets.token_hex(8)}",
        fields={
            "event": str(entry.event),
            "at_ms": entry.at_ms,
            "correlation_id": entry.correlation_id or correlation_id(),
            "facts": {name: _fact(value) for name, value in entry.facts.items()},
        },
    )
    return item_of(stamps.stamped(row))


def _fact(value: object) -> object:
    return value if isinstance(value, bool | int) else str(value)
