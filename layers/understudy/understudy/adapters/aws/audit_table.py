"""`AuditRows` on DynamoDB, for verification alone: it reads the whole table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from understudy.adapters.aws.attempts import attempt
from understudy.adapters.aws.audit_items import row_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from understudy.adapters.aws.attributes import Item
    from understudy.adapters.aws.audit_stamps import KmsStampReader
    from understudy.adapters.aws.table import Table
    from understudy.domain.audit import Actor
    from understudy.domain.audit_chain import Row


class DynamoAuditRows:
    """Implements `AuditRows`."""

    def __init__(self, table: Table, stamps: KmsStampReader) -> None:
        self._table = table
        self._stamps = stamps

    def rows(self) -> Iterator[Row]:
        """Give every row, page by page."""
        request: dict[str, Any] = {"TableName": self._table.name, "ConsistentRead": True}
        while True:
            page = attempt(lambda: self._table.client.scan(**request))
            for item in page["Items"]:
                yield row_of(cast("Item", item))
            if "LastEvaluatedKey" not in page:
                return
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def writer_of(self, row: Row) -> Actor | None:
        """Name who has written a row just so, wherever it lies."""
        return self._stamps.writer_of(row)

    def is_genuine(self, row: Row) -> bool:
        """Say whether a writer has written the row just so, and among its own rows."""
        return self._stamps.is_genuine(row)
