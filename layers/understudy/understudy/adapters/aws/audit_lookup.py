"""What the audit has of one subject, and how those ask for it who may not read the audit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from understudy.adapters.aws.attributes import text
from understudy.adapters.aws.audit_items import row_of
from understudy.adapters.aws.audit_stamps import ACTOR
from understudy.domain.audit import AuditExtract, AuditRecord
from understudy.domain.codec import from_plain, to_plain
from understudy.domain.errors import AuditTamperedError, DependencyError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_lambda.client import LambdaClient

    from understudy.adapters.aws.table import Table
    from understudy.domain.audit import AboutUser, Actor
    from understudy.domain.audit_chain import Row


_SAID = {"event": str, "at_ms": int, "facts": Mapping, "correlation_id": str}


class DynamoAuditLookup:
    """Implements `AuditLookup` on the table `audit`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def newest(self, actor: Actor, subject: str, most: int) -> Sequence[AuditRecord]:
        """Give the newest entries that one actor wrote of a subject, by what the rows say."""
        # Only who verifies can tell a stamp; a row that names another writer is left out here too.
        items = self._table.query(
            "pk = :pk",
            {":pk": text(actor.partition_of(subject)), ":actor": text(actor.value)},
            limit=most,
            ScanIndexForward=False,
            FilterExpression="#actor = :actor",
            ExpressionAttributeNames={"#actor": ACTOR},
        )
        return [_record(actor, subject, row_of(item)) for item in items]


class LambdaAuditExtracts:
    """Implements `AuditExtracts` by asking `audit_extract`."""

    def __init__(self, client: LambdaClient, function: str) -> None:
        self._client = client
        self._function = function

    def of(self, about: AboutUser) -> AuditExtract:
        """Give the extract."""
        payload = json.dumps(to_plain(about)).encode()
        try:
            response = self._client.invoke(FunctionName=self._function, Payload=payload)
            answer: Any = json.loads(response["Payload"].read())
        except (ClientError, BotoCoreError, ValueError) as error:
            raise _unavailable() from error
        if response.get("FunctionError") or not isinstance(answer, dict):
            raise _unavailable()
        return from_plain(AuditExtract, answer)


def _record(actor: Actor, subject: str, row: Row) -> AuditRecord:
    said: dict[str, Any] = {name: row.fields.get(name) for name in _SAID}
    if not all(isinstance(said[name], kind) for name, kind in _SAID.items()):
        raise AuditTamperedError(f"the row {row.sort} of the audit is damaged", subject=subject)
    return AuditRecord(actor=actor, subject=subject, **said)


def _unavailable() -> DependencyError:
    return DependencyError("the audit cannot be asked just now: try again in a moment")
