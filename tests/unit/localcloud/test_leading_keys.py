"""The partitions that a request names are told by table and action, as AWS judges them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from localcloud.patches.leading_keys import Request

PUT = "dynamodb:PutItem"


def key(partition: str) -> dict[str, Any]:
    return {"pk": {"S": partition}, "sk": {"S": "1"}}


def partitions(request: dict[str, Any], action: str = PUT, table: str = "audit") -> list[str]:
    resource = f"arn:aws:dynamodb:eu-west-1:000000000000:table/{table}"
    return Request(json.dumps(request).encode()).partitions(action, resource)


QUERY = {
    "TableName": "audit",
    "KeyConditionExpression": "pk = :pk AND sk > :after",
    "ExpressionAttributeValues": {":pk": {"S": "API#a"}, ":after": {"S": "0"}},
}


@pytest.mark.parametrize(
    "request_of_one",
    [
        {"TableName": "audit", "Item": key("API#a")},
        {"TableName": "audit", "Key": key("API#a")},
        {"TableName": "arn:aws:dynamodb:eu-west-1:000000000000:table/audit", "Key": key("API#a")},
        QUERY,
    ],
)
def test_a_call_about_one_partition_names_it(request_of_one: dict[str, Any]) -> None:
    assert partitions(request_of_one) == ["API#a"]
    assert partitions(request_of_one, table="identity") == []


def test_a_transaction_names_partitions_by_table_and_by_what_is_done() -> None:
    request = {
        "TransactItems": [
            {"Put": {"TableName": "audit", "Item": key("API#a")}},
            {"Put": {"TableName": "audit", "Item": key("SIGNER#b")}},
            {"Delete": {"TableName": "audit", "Key": key("API#c")}},
            {"Update": {"TableName": "identity", "Key": key("USER#d")}},
            {"ConditionCheck": {"TableName": "identity", "Key": key("USER#e")}},
        ]
    }

    assert partitions(request) == ["API#a", "SIGNER#b"]
    assert partitions(request, "dynamodb:DeleteItem") == ["API#c"]
    assert partitions(request, "dynamodb:UpdateItem", "identity") == ["USER#d"]
    assert partitions(request, "dynamodb:ConditionCheckItem", "identity") == ["USER#e"]
    assert partitions(request, table="identity") == []


def test_a_batch_names_all_its_partitions_of_a_table() -> None:
    writes = [{"PutRequest": {"Item": key("API#a")}}, {"DeleteRequest": {"Key": key("SIGNER#b")}}]
    reads = {"Keys": [key("USER#c"), key("USER#d")]}

    write = {"RequestItems": {"audit": writes, "identity": []}}
    read = {"RequestItems": {"identity": reads}}

    assert partitions(write, "dynamodb:BatchWriteItem") == ["API#a", "SIGNER#b"]
    assert partitions(write, "dynamodb:BatchWriteItem", "identity") == []
    assert partitions(read, "dynamodb:BatchGetItem", "identity") == ["USER#c", "USER#d"]


@pytest.mark.parametrize(
    "request_of_all",
    [
        {},
        {"TableName": "audit"},
        {"TableName": "audit", "FilterExpression": "pk = :pk"},
        {"Statement": "INSERT INTO audit VALUE {'pk': 'API#a'}"},
    ],
)
def test_a_call_that_names_no_partition_has_none(request_of_all: dict[str, Any]) -> None:
    assert partitions(request_of_all) == []


def test_a_partition_that_is_no_text_fits_no_pattern() -> None:
    assert partitions({"TableName": "audit", "Item": {"pk": {"N": "1"}}}) == [""]
