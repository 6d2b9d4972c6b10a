"""Greets, and tells what it may not import or reach."""

from __future__ import annotations

import importlib
import json
import os
import socket
from typing import Any

import boto3


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer `GET /greet/{name}`."""
    facts = {
        "says": f"{os.environ['GREETING']} {event['pathParameters']['name']}",
        "importable": [name for name in ("shared", "secret", "msgpack", "pytest") if _has(name)],
        "elsewhere": _refusal(lambda: socket.create_connection(("192.0.2.1", 80), timeout=1)),
        "named": _refusal(lambda: socket.create_connection(("example.com", 80), timeout=1)),
        "denied": _refusal(boto3.client("dynamodb").list_tables),
    }
    return {"statusCode": 200, "body": json.dumps(facts)}


def _has(name: str) -> bool:
    try:
        importlib.import_module(name)
    except ImportError:
        return False
    return True


def _refusal(act: Any) -> str:
    try:
        act()
    except Exception as problem:  # noqa: BLE001 - the test names the one it expects
        return type(problem).__name__
    return ""
