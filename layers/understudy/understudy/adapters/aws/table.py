"""A table of the cloud: consistent reads, whole pages, bounded repetitions, our errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

from understudy.adapters.aws.attempts import attempt, rounds
from understudy.adapters.aws.attributes import Item, text
from understudy.adapters.aws.operations import Operation
from understudy.domain.errors import DependencyError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

MAX_KEYS_PER_BATCH = 100
MAX_ITEMS_PER_BATCH = 25
Wanted = Mapping[str, Any]


class Table:
    """One table and the client that reaches it."""

    def __init__(self, client: DynamoDBClient, name: str) -> None:
        self.client = client
        self.name = name

    def get(self, key: Item) -> Item | None:
        """Read an item."""
        answer = attempt(
            lambda: self.client.get_item(TableName=self.name, Key=key, ConsistentRead=True)
        )
        return cast("Item | None", answer.get("Item"))

    def get_many(self, keys: Sequence[Item]) -> list[Item]:
        """Read items in any order; those that do not exist are left out."""
        wanted = {self.name: {"Keys": keys, "ConsistentRead": True}}
        return batch_get(self.client, wanted)[self.name]

    def put(self, item: Item) -> None:
        """Put an item, whatever was there."""
        attempt(lambda: self.client.put_item(TableName=self.name, Item=item))

    def put_many(self, items: Sequence[Item]) -> None:
        """Put items, whatever was there; not all or nothing."""
        for start in range(0, len(items), MAX_ITEMS_PER_BATCH):
            chunk = items[start : start + MAX_ITEMS_PER_BATCH]
            self._batch_write([{"PutRequest": {"Item": item}} for item in chunk])

    def delete_many(self, keys: Sequence[Item]) -> None:
        """Delete items, whether they are there or not; not all or nothing."""
        for start in range(0, len(keys), MAX_ITEMS_PER_BATCH):
            chunk = keys[start : start + MAX_ITEMS_PER_BATCH]
            self._batch_write([{"DeleteRequest": {"Key": key}} for key in chunk])

    def put_when(self, write: Operation) -> None:
        """Put one item under its condition."""
        attempt(lambda: self.client.put_item(**write["Put"]))

    def update(self, write: Operation) -> None:
        """Update one item, under its condition where it has one."""
        attempt(lambda: self.client.update_item(**write["Update"]))

    def partition(self, partition: str, prefix: str = "") -> list[Item]:
        """Read all items of a partition whose sort key begins so, in order."""
        if not prefix:
            return list(self.query("pk = :pk", {":pk": text(partition)}, ConsistentRead=True))
        condition = "pk = :pk AND begins_with(sk, :prefix)"
        values = {":pk": text(partition), ":prefix": text(prefix)}
        return list(self.query(condition, values, ConsistentRead=True))

    def _batch_write(self, requests: Any) -> None:
        wanted = {self.name: requests}
        for _ in rounds():
            answer = attempt(partial(self.client.batch_write_item, RequestItems=wanted))
            wanted = answer.get("UnprocessedItems", {})
            if not wanted:
                return
        raise DependencyError("the table keeps refusing items", table=self.name)

    def query(self, condition: str, values: Item, *, limit: int = 0, **more: Any) -> Iterator[Item]:
        """Read the items of a query, page by page, `limit` of them at most (0: all)."""
        request = {
            "TableName": self.name,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": values,
            **more,
        }
        left = limit
        while True:
            if limit:
                request["Limit"] = left
            page = attempt(lambda: self.client.query(**request))
            yield from cast("list[Item]", page["Items"])
            left -= len(page["Items"])
            if "LastEvaluatedKey" not in page or (limit and left <= 0):
                return
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def transact(client: DynamoDBClient, operations: Sequence[Operation]) -> None:
    """Write all or nothing; a repetition after a lost answer carries the same token."""
    token = str(uuid4())
    writes: Any = list(operations)
    attempt(partial(client.transact_write_items, TransactItems=writes, ClientRequestToken=token))


def batch_get(client: DynamoDBClient, wanted: Wanted) -> dict[str, list[Item]]:
    """Read keys of several tables, in any order; those that do not exist are left out.

    At most 100 go into one call; what a throttled table held back is asked again.
    """
    found: dict[str, list[Item]] = {name: [] for name in wanted}
    keys = [(name, key) for name, each in wanted.items() for key in each["Keys"]]
    for start in range(0, len(keys), MAX_KEYS_PER_BATCH):
        chosen: dict[str, Any] = {}
        for name, key in keys[start : start + MAX_KEYS_PER_BATCH]:
            chosen.setdefault(name, {**wanted[name], "Keys": []})["Keys"].append(key)
        _get_all(client, chosen, found)
    return found


def _get_all(client: DynamoDBClient, wanted: Wanted, found: dict[str, list[Item]]) -> None:
    for _ in rounds():
        answer = attempt(partial(client.batch_get_item, RequestItems=wanted))
        for name, items in answer["Responses"].items():
            found[name].extend(cast("list[Item]", items))
        wanted = answer.get("UnprocessedKeys", {})
        if not wanted:
            return
    raise DependencyError("the tables keep holding keys back", tables=sorted(wanted))
