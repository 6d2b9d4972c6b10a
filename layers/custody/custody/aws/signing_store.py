"""`SigningStore` on DynamoDB: one batch to read, one transaction per first signature."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from custody.aws import keys as at
from custody.aws.readings import readings_of
from custody.aws.tables import TableNames
from custody.store import Approval, Readings, Recorded
from understudy.adapters.aws.attempts import cancellation_codes
from understudy.adapters.aws.attributes import Item, number, text
from understudy.adapters.aws.audit_stamps import KmsStamps
from understudy.adapters.aws.audit_trail import stamped_item
from understudy.adapters.aws.keys import market, marks
from understudy.adapters.aws.operations import ABSENT, Operation, put
from understudy.adapters.aws.table import Table, batch_get
from understudy.adapters.aws.transactions import Transactions
from understudy.domain.audit import AuditEntry
from understudy.domain.errors import ConflictError, DependencyError
from understudy.domain.intents import Intent
from understudy.domain.markets import HYPERLIQUID

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# As long as intents themselves: a queue's retention, its dead letters, and their redrive.
_CONTENT_KEPT_SECONDS = 60 * 86_400
_DAY_KEPT_SECONDS = 8 * 86_400
_ADD_TO_DAY = "ADD notional :notional SET expires_on = :end"
_ROOM_LEFT = "attribute_not_exists(notional) OR notional <= :room"
_FAILED = "ConditionalCheckFailed"


class DynamoSigningStore:
    """Implements `SigningStore`."""

    def __init__(self, client: DynamoDBClient, tables: TableNames, stamps: KmsStamps) -> None:
        self._client = client
        self._tables = tables
        self._stamps = stamps
        self._transactions = Transactions(client)

    def read(self, intents: Sequence[Intent], day: str) -> Readings:
        """Read what the batch is judged by, in one call."""
        symbols = sorted({intent.symbol for intent in intents})
        on_market = [market(HYPERLIQUID, symbol) for symbol in symbols] + [marks(HYPERLIQUID)]
        found = batch_get(
            self._client,
            {
                self._tables.custody: {"Keys": at.of_batch(intents, day), "ConsistentRead": True},
                self._tables.market: {"Keys": on_market},
            },
        )
        return readings_of(found[self._tables.custody], found[self._tables.market])

    def record(self, approval: Approval) -> Recorded:
        """Store content, spending and audit entry in one transaction; repeating it is harmless."""
        try:
            self._transactions.write(self._writes(approval))
        except ConflictError as refused:
            return _meaning(refused.__cause__, approval)
        return Recorded.NEW

    def audit(self, entries: Sequence[AuditEntry]) -> None:
        """Add audit entries, 25 in a call."""
        table = Table(self._client, self._tables.audit)
        table.put_many([stamped_item(entry, self._stamps) for entry in entries])

    def _writes(self, approval: Approval) -> list[Operation]:
        writes = [
            self._put_content(approval),
            put(self._tables.audit, stamped_item(approval.audit, self._stamps)),
        ]
        if approval.notional:
            writes.append(self._add_spending(approval))
        return writes

    def _put_content(self, approval: Approval) -> Operation:
        item: Item = {
            **at.content(approval.intent_id),
            "intent_id": text(approval.intent_id),
            "content": text(approval.content),
            "agent_id": text(approval.agent_id),
            "at_ms": number(approval.at_ms),
            "expires_on": number(approval.at_ms // 1000 + _CONTENT_KEPT_SECONDS),
        }
        return {
            "Put": {
                "TableName": self._tables.custody,
                "Item": item,
                "ConditionExpression": ABSENT,
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        }

    def _add_spending(self, approval: Approval) -> Operation:
        return {
            "Update": {
                "TableName": self._tables.custody,
                "Key": at.day(approval.wallet_mark, approval.day),
                "UpdateExpression": _ADD_TO_DAY,
                "ConditionExpression": _ROOM_LEFT,
                "ExpressionAttributeValues": {
                    ":notional": {"N": str(approval.notional)},
                    ":room": {"N": str(approval.room)},
                    ":end": number(approval.at_ms // 1000 + _DAY_KEPT_SECONDS),
                },
            }
        }


def _meaning(failure: BaseException | None, approval: Approval) -> Recorded:
    """Tell from the first condition that failed, and the item it met, what stands in the way."""
    if not isinstance(failure, ClientError):
        raise DependencyError("a transaction was refused without a reason") from failure
    if cancellation_codes(failure)[0] != _FAILED:
        return Recorded.NO_ROOM
    response: dict[str, Any] = dict(failure.response)
    known = response["CancellationReasons"][0]["Item"]["content"]["S"]
    return Recorded.REPEATED if known == approval.content else Recorded.CHANGED
