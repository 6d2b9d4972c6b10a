"""`LegacyStore` on DynamoDB: the users in one partition, each stage in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from custody.aws import keys as at
from custody.aws.tables import TableNames
from custody.migration.legacy import LegacyUser, Stage
from custody.migration.ports import UsersPage
from understudy.adapters.aws.attributes import attributes_of, number, record_of, text
from understudy.adapters.aws.audit_stamps import KmsStamps
from understudy.adapters.aws.audit_trail import stamped_item
from understudy.adapters.aws.operations import put, put_new
from understudy.adapters.aws.table import Table, transact
from understudy.domain.errors import ConflictError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from understudy.domain.audit import AuditEntry

_PAGE_USERS = 100
# A key may have moved under another key of KMS since it was read, and is not to be put back.
_AT_THE_STAGE = "stage = :was AND attribute_not_exists(new_ciphertext)"
_AT_THE_STAGE_WITH_THE_KEY = "stage = :was AND new_ciphertext = :sealed"
_AFTER_THE_QUARANTINE = " AND quarantine_ends_ms <= :now"


class DynamoLegacyStore:
    """Implements `LegacyStore`."""

    def __init__(self, client: DynamoDBClient, tables: TableNames, stamps: KmsStamps) -> None:
        self._client = client
        self._tables = tables
        self._stamps = stamps
        self._custody = Table(client, tables.custody)

    def add(self, user: LegacyUser, audit: AuditEntry) -> bool:
        """Take a user over with its audit entry."""
        item = {**at.legacy(user.user_id), **attributes_of(user)}
        entry = put(self._tables.audit, stamped_item(audit, self._stamps))
        try:
            transact(self._client, [put_new(self._tables.custody, item), entry])
        except ConflictError:
            return False
        return True

    def page(self, start: str) -> UsersPage:
        """Read a page of users."""
        found = list(
            self._custody.query(
                "pk = :pk AND sk > :start",
                {":pk": text(at.LEGACY), ":start": text(at.legacy(start)["sk"]["S"])},
                limit=_PAGE_USERS,
                ConsistentRead=True,
            )
        )
        ids = [item["user_id"]["S"] for item in found]
        return UsersPage(ids, ids[-1] if len(ids) == _PAGE_USERS else "")

    def read(self, user_id: str) -> LegacyUser | None:
        """Read a user."""
        item = self._custody.get(at.legacy(user_id))
        return record_of(LegacyUser, item) if item else None

    def advance(self, was: LegacyUser, now: LegacyUser, audit: AuditEntry, at_ms: int) -> None:
        """Store the next stage with its audit entry."""
        condition, values = _AT_THE_STAGE, {":was": text(was.stage)}
        if was.new_ciphertext:
            condition = _AT_THE_STAGE_WITH_THE_KEY
            values[":sealed"] = attributes_of(was)["new_ciphertext"]
        if now.stage is Stage.DESTROYED:
            condition += _AFTER_THE_QUARANTINE
            values[":now"] = number(at_ms)
        move: Any = {
            "TableName": self._tables.custody,
            "Item": {**at.legacy(now.user_id), **attributes_of(now)},
            "ConditionExpression": condition,
            "ExpressionAttributeValues": values,
        }
        entry = put(self._tables.audit, stamped_item(audit, self._stamps))
        transact(self._client, [{"Put": move}, entry])
