"""Gives DynamoDB requests the condition key `dynamodb:LeadingKeys`: the partitions that they name.

As on AWS each table is asked about with its own partitions, and each part of a transaction as the
call that it stands for. What names none, a scan or a look into an index, has no such key. Without
it a policy that requires partitions refuses the right ones too.
"""

from __future__ import annotations

import json
import re
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ministack.core import iam_actions, iam_evaluator

from localcloud.patches.attributes import existing

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "dynamodb:leadingkeys"
PARTITION = "pk"  # what every table here calls its partition
REQUEST = "localcloud:dynamodb-request"
_QUERIED = re.compile(rf"\b{PARTITION} = (:\w+)")
_ACTIONS = {
    "ConditionCheck": "dynamodb:ConditionCheckItem",
    "Put": "dynamodb:PutItem",
    "Update": "dynamodb:UpdateItem",
    "Delete": "dynamodb:DeleteItem",
    "Get": "dynamodb:GetItem",
}


class Request:
    """A DynamoDB request, read when a policy asks for its partitions."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def partitions(self, action: str, resource: str) -> list[str]:
        """Give the partitions of a table, by its ARN, for which this asks to do an action."""
        table = resource.rpartition(":table/")[2]
        return [
            partition
            for asked, of_table, partition in self._named
            if asked in {"", action} and of_table.rpartition(":table/")[2] == table
        ]

    @cached_property
    def _named(self) -> list[tuple[str, str, str]]:
        request = json.loads(self._body or b"{}")
        return [*_of_a_transaction(request), *_of_a_batch(request), *_of_one(request, "")]


def _of_a_transaction(request: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for item in request.get("TransactItems", ()):
        for member, each in item.items():
            yield from _of_one(each, _ACTIONS[member])


def _of_a_batch(request: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for table, wanted in request.get("RequestItems", {}).items():
        writes = wanted if isinstance(wanted, list) else ()
        reads = wanted.get("Keys", ()) if isinstance(wanted, dict) else ()
        for each in (*(part for write in writes for part in write.values()), *reads):
            yield "", table, _partition_of(each.get("Item") or each.get("Key") or each)


def _of_one(request: dict[str, Any], action: str) -> Iterator[tuple[str, str, str]]:
    key = request.get("Item") or request.get("Key")
    if key:
        yield action, request["TableName"], _partition_of(key)
    queried = _QUERIED.search(request.get("KeyConditionExpression", ""))
    if queried:
        named = request["ExpressionAttributeValues"][queried[1]]
        yield action, request["TableName"], _partition_of({PARTITION: named})


def _partition_of(key: dict[str, Any]) -> str:
    return str(key.get(PARTITION, {}).get("S", ""))


def apply() -> None:
    """Add the key where a policy asks for it."""
    context_of = existing(iam_actions, "dynamodb_service_context")
    evaluate = existing(iam_evaluator, "evaluate")
    names = existing(iam_evaluator, "_names_condition_key")

    def with_request(body: bytes) -> dict[str, Any]:
        return {**context_of(body), REQUEST: Request(body)}

    def with_leading_keys(context: Any, policies: Any, *limits: Any) -> Any:
        request = context.service_context.get(REQUEST)
        if request is not None and names(policies, KEY):
            partitions = request.partitions(context.action, context.resource_arn)
            if partitions:
                context.service_context[KEY] = partitions
        return evaluate(context, policies, *limits)

    iam_actions.dynamodb_service_context = with_request
    iam_evaluator.evaluate = with_leading_keys
