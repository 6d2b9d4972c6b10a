"""Passes each message through the signer and notes it; a message may ask to fail or to wait."""

from __future__ import annotations

import json
import os
import time
from functools import cache
from typing import Any

import boto3


@cache
def _client(service: str) -> Any:
    return boto3.client(service)


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Handle one batch; the first failure of a group fails the rest of the group."""
    failed: list[dict[str, str]] = []
    groups: set[str] = set()
    size = len(event["Records"])
    for record in event["Records"]:
        group = record["attributes"]["MessageGroupId"]
        if group in groups or not _relay(json.loads(record["body"]), group, size):
            groups.add(group)
            failed.append({"itemIdentifier": record["messageId"]})
            _retry_soon(record)
    return {"batchItemFailures": failed}


def _relay(message: dict[str, Any], group: str, batch_size: int) -> bool:
    started = time.time_ns()
    if message.get("fails"):
        return False
    if "waits_for" in message and not _comes(message["waits_for"]):
        return False
    answer = _client("lambda").invoke(
        FunctionName=os.environ["SIGNER"], Payload=json.dumps(message.get("context", {}))
    )
    result = json.loads(answer["Payload"].read())
    _client("dynamodb").put_item(
        TableName=os.environ["TABLE"],
        Item={
            "pk": {"S": group},
            "sk": {"S": f"{message['n']:06}"},
            "started_ns": {"N": str(started)},
            "batch": {"N": str(batch_size)},
            "result": {"S": json.dumps(result)},
        },
    )
    return True


def _comes(group: str) -> bool:
    """Wait until the first message of another group is noted; False when it takes too long."""
    place = {"pk": {"S": group}, "sk": {"S": f"{0:06}"}}
    for _ in range(160):
        if "Item" in _client("dynamodb").get_item(TableName=os.environ["TABLE"], Key=place):
            return True
        time.sleep(0.05)
    return False


def _retry_soon(record: dict[str, Any]) -> None:
    name = record["eventSourceARN"].rpartition(":")[2]
    account = record["eventSourceARN"].split(":")[4]
    _client("sqs").change_message_visibility(
        QueueUrl=f"{os.environ['AWS_ENDPOINT_URL']}/{account}/{name}",
        ReceiptHandle=record["receiptHandle"],
        VisibilityTimeout=0,
    )
