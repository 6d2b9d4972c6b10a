"""Opens what an event holds, under the role that it was deployed with, and says how that went."""

from __future__ import annotations

import base64
from typing import Any

import boto3
from botocore.exceptions import ClientError


def handler(event: dict[str, Any], context: object) -> dict[str, str]:
    """Decrypt under the event's key and context."""
    blob = base64.b64decode(event["CiphertextBlob"])
    try:
        opened = boto3.client("kms").decrypt(**{**event, "CiphertextBlob": blob})
    except ClientError as refused:
        return {"refused": refused.response["Error"]["Code"]}
    return {"opened": opened["Plaintext"].decode()}
