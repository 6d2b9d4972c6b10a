"""`SealedAgents` on DynamoDB: a scan in pages, for keys are moved once in years."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from custody.agents import Agent, AuthorityKind
from custody.aws import keys as at
from custody.aws.tables import TableNames
from custody.migration.legacy import LegacyUser, NewKey
from custody.rewrapping import Page
from understudy.adapters.aws.attempts import attempt
from understudy.adapters.aws.attributes import Item, binary, record_of, text
from understudy.adapters.aws.audit_stamps import KmsStamps
from understudy.adapters.aws.audit_trail import stamped_item
from understudy.adapters.aws.operations import put
from understudy.adapters.aws.table import transact

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from custody.authorities import HeldKey
    from custody.keys import Sealed
    from understudy.domain.audit import AuditEntry

# So many items are looked at for a page, whatever they are.
_PAGE_ITEMS = 200
# A migrated user's key that is elsewhere has no ciphertext.
_SEALED_OTHERWISE = (
    "(sk = :agent AND attribute_exists(ciphertext)"
    " AND (attribute_not_exists(authority) OR authority = :wrapped)"
    " AND (attribute_not_exists(key_id) OR key_id <> :key))"
    " OR (pk = :legacy AND attribute_exists(new_ciphertext)"
    " AND (attribute_not_exists(new_key_id) OR new_key_id <> :key))"
)


class DynamoSealedAgents:
    """Implements `SealedAgents`."""

    def __init__(self, client: DynamoDBClient, tables: TableNames, stamps: KmsStamps) -> None:
        self._client = client
        self._tables = tables
        self._stamps = stamps

    def sealed_otherwise(self, key_id: str, page: str) -> Page:
        """Read a page of keys whose ciphertext names another key of KMS."""
        request: dict[str, Any] = {
            "TableName": self._tables.custody,
            "FilterExpression": _SEALED_OTHERWISE,
            "ExpressionAttributeValues": {
                ":agent": text("AGENT"),
                ":legacy": text(at.LEGACY),
                ":wrapped": text(AuthorityKind.KMS_WRAPPED),
                ":key": text(key_id),
            },
            "Limit": _PAGE_ITEMS,
            "ConsistentRead": True,
        }
        if page:
            request["ExclusiveStartKey"] = json.loads(page)
        answer = attempt(lambda: self._client.scan(**request))
        keys = [_held(cast("Any", item)) for item in answer["Items"]]
        last = answer.get("LastEvaluatedKey")
        return Page(keys, json.dumps(last) if last else "")

    def reseal(self, held: HeldKey, sealed: Sealed, audit: AuditEntry) -> None:
        """Replace a ciphertext and audit it, both or neither."""
        key, prefix = at.agent(held.agent_id), ""
        if isinstance(held, NewKey):
            key, prefix = at.legacy(held.user_id), "new_"
        update: Any = {
            "TableName": self._tables.custody,
            "Key": key,
            "UpdateExpression": f"SET {prefix}ciphertext = :new, {prefix}key_id = :key",
            "ConditionExpression": f"{prefix}ciphertext = :old",
            "ExpressionAttributeValues": {
                ":old": binary(held.ciphertext),
                ":new": binary(sealed.ciphertext),
                ":key": text(sealed.key_id),
            },
        }
        entry = put(self._tables.audit, stamped_item(audit, self._stamps))
        transact(self._client, [{"Update": update}, entry])


def _held(item: Item) -> HeldKey:
    if item["pk"] == text(at.LEGACY):
        return record_of(LegacyUser, item).new_key
    return record_of(Agent, item)
