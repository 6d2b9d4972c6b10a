"""`SealedAgents` on DynamoDB: a scan in pages, for keys are moved once in years."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from custody.agents import Agent, AuthorityKind
from custody.aws import keys as at
from custody.aws.tables import TableNames
from custody.rewrapping import Page
from understudy.adapters.aws.attempts import attempt
from understudy.adapters.aws.attributes import attributes_of, record_of, text
from understudy.adapters.aws.audit_stamps import KmsStamps
from understudy.adapters.aws.audit_trail import stamped_item
from understudy.adapters.aws.operations import put
from understudy.adapters.aws.table import transact

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from custody.keys import Sealed
    from understudy.domain.audit import AuditEntry

# So many items are looked at for a page, whatever they are.
_PAGE_ITEMS = 200
_SEALED_OTHERWISE = (
    "sk = :agent AND attribute_exists(ciphertext)"
    " AND (attribute_not_exists(authority) OR authority = :wrapped)"
    " AND (attribute_not_exists(key_id) OR key_id <> :key)"
)


class DynamoSealedAgents:
    """Implements `SealedAgents`."""

    def __init__(self, client: DynamoDBClient, tables: TableNames, stamps: KmsStamps) -> None:
        self._client = client
        self._tables = tables
        self._stamps = stamps

    def sealed_otherwise(self, key_id: str, page: str) -> Page:
        """Read a page of agents whose ciphertext names another key."""
        request: dict[str, Any] = {
            "TableName": self._tables.custody,
            "FilterExpression": _SEALED_OTHERWISE,
            "ExpressionAttributeValues": {
                ":agent": text("AGENT"),
                ":wrapped": text(AuthorityKind.KMS_WRAPPED),
                ":key": text(key_id),
            },
            "Limit": _PAGE_ITEMS,
            "ConsistentRead": True,
        }
        if page:
            request["ExclusiveStartKey"] = json.loads(page)
        answer = attempt(lambda: self._client.scan(**request))
        agents = [record_of(Agent, cast("Any", item)) for item in answer["Items"]]
        last = answer.get("LastEvaluatedKey")
        return Page(agents, json.dumps(last) if last else "")

    def reseal(self, agent: Agent, sealed: Sealed, audit: AuditEntry) -> None:
        """Replace a ciphertext and audit it, both or neither."""
        resealed = replace(agent, ciphertext=sealed.ciphertext)
        update: Any = {
            "TableName": self._tables.custody,
            "Key": at.agent(agent.agent_id),
            "UpdateExpression": "SET ciphertext = :new, key_id = :key",
            "ConditionExpression": "ciphertext = :old",
            "ExpressionAttributeValues": {
                ":old": attributes_of(agent)["ciphertext"],
                ":new": attributes_of(resealed)["ciphertext"],
                ":key": text(sealed.key_id),
            },
        }
        entry = put(self._tables.audit, stamped_item(audit, self._stamps))
        transact(self._client, [{"Update": update}, entry])
