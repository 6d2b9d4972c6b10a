"""Notes that the schedule ran; stays alive as long as it may when asked to."""

from __future__ import annotations

import os
import time
from typing import Any

import boto3


def handler(event: dict[str, Any], context: object) -> None:
    """Write down who called."""
    boto3.client("dynamodb").put_item(
        TableName=os.environ["TABLE"],
        Item={"pk": {"S": "tick"}, "sk": {"S": event.get("by", "nobody")}},
    )
    time.sleep(event.get("sleeps", 0))
