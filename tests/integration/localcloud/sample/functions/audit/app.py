"""Turns each change of the table into an event on the bus."""

from __future__ import annotations

import json
import os
from functools import cache
from typing import Any

import boto3


@cache
def _events() -> Any:
    return boto3.client("events")


def handler(event: dict[str, Any], context: Any) -> dict[str, list[object]]:
    """Publish one event per record."""
    for record in event["Records"]:
        keys = record["dynamodb"]["Keys"]
        detail = json.dumps({"keys": keys, "batch": context.aws_request_id})
        entry = {"Source": "sample", "DetailType": record["eventName"], "Detail": detail}
        _events().put_events(Entries=[{**entry, "EventBusName": os.environ["BUS"]}])
    return {"batchItemFailures": []}
