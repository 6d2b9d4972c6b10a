"""The tables' client passes items on as they are, in both directions, and says no more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from zlib import crc32

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError

from understudy.adapters.aws import clients

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

ITEM: dict[str, Any] = {
    "pk": {"S": "key"},
    "amount": {"N": "1.50"},
    "is_on": {"BOOL": False},
    "none": {"NULL": True},
    "texts": {"SS": ["a", "b"]},
    "sealed": {"B": "AAEC"},
    "deep": {"M": {"list": {"L": [{"N": "1"}, {"M": {"bytes": {"B": "AAEC"}}}]}}},
}


class Service:
    """Takes one request and answers it, in place of the network."""

    def __init__(self) -> None:
        self.answer: dict[str, Any] = {}
        self.status = 200
        self.asked: dict[str, Any] = {}
        self.headers: set[str] = set()

    def answers(self, request: Any, **_: Any) -> AWSResponse:
        """Answer a request."""
        self.asked = json.loads(request.body)
        self.headers = {name.lower() for name in request.headers}
        body = json.dumps(self.answer).encode()
        headers = {"x-amz-crc32": str(crc32(body))}
        return AWSResponse(request.url, self.status, HTTPHeaders.from_dict(headers), _Raw(body))


class _Raw:
    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self) -> Iterator[bytes]:
        """Give the body."""
        yield self._body


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Service:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "eu-west-1")
    return Service()


@pytest.fixture
def client(service: Service) -> Iterator[DynamoDBClient]:
    made = clients._client  # one made before has other keys
    made.cache_clear()
    client = clients.dynamodb()
    answer: Any = service.answers
    client.meta.events.register("before-send.dynamodb", answer)
    yield client
    made.cache_clear()


def test_a_value_is_written_as_it_is(client: DynamoDBClient, service: Service) -> None:
    client.put_item(TableName="table", Item=ITEM)

    assert service.asked["Item"] == ITEM


def test_a_transaction_is_written_as_it_is(client: DynamoDBClient, service: Service) -> None:
    writes: Any = [{"Put": {"TableName": "table", "Item": ITEM}}]
    client.transact_write_items(TransactItems=writes)

    assert service.asked["TransactItems"] == writes


def test_a_value_is_read_as_it_is(client: DynamoDBClient, service: Service) -> None:
    service.answer = {"Items": [ITEM], "Count": 1, "ScannedCount": 1}

    assert client.query(TableName="table")["Items"] == [ITEM]


def test_a_batch_is_read_as_it_is(client: DynamoDBClient, service: Service) -> None:
    service.answer = {"Responses": {"table": [ITEM]}, "UnprocessedKeys": {}}
    wanted: Any = {"table": {"Keys": [{"pk": ITEM["pk"]}]}}

    assert client.batch_get_item(RequestItems=wanted)["Responses"]["table"] == [ITEM]
    assert service.asked["RequestItems"] == wanted


@pytest.mark.parametrize(
    "holds_values",
    [
        "AttributeMap",
        "AttributeValue",
        "ExpressionAttributeValueMap",
        "Key",
        "KeysAndAttributes",
        "PutItemInputAttributeMap",
        "TransactWriteItem",
        "WriteRequest",
    ],
)
def test_what_holds_values_is_not_looked_through(client: DynamoDBClient, holds_values: str) -> None:
    shape: Any = client.meta.service_model.shape_for(holds_values)

    assert shape.is_document_type


def test_the_item_that_stood_in_a_transactions_way_is_read_as_it_is(
    client: DynamoDBClient, service: Service
) -> None:
    service.status = 400
    service.answer = {
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "CancellationReasons": [{"Code": "ConditionalCheckFailed", "Item": ITEM}],
    }
    with pytest.raises(ClientError) as refused:
        client.transact_write_items(TransactItems=[])

    response: Any = refused.value.response
    assert response["CancellationReasons"][0]["Item"] == ITEM


def test_nothing_is_said_of_repetitions_that_never_come(
    client: DynamoDBClient, service: Service
) -> None:
    client.put_item(TableName="table", Item=ITEM)

    assert "x-amz-target" in service.headers
    assert not {each for each in service.headers if each.startswith("amz-sdk")}
