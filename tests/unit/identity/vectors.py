"""The published Sign-In with Ethereum cases, and how a case becomes a text."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).resolve().parents[2] / "vectors" / "siwe" / "cases.json"
OPTIONAL = (("expirationTime", "Expiration Time"), ("notBefore", "Not Before"))


@cache
def siwe_vectors() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(FILE.read_text())
    return read


def cases(kind: str) -> list[Any]:
    """Give the (name, case) pairs of a kind."""
    return list(siwe_vectors()[kind].items())


def text_of(fields: dict[str, Any]) -> str:
    """Write a case's fields as the message that its wallet signed; absent fields stay empty."""
    lines = [
        f"{fields.get('domain', '')} wants you to sign in with your Ethereum account:",
        fields.get("address", ""),
        "",
        *([fields["statement"], ""] if "statement" in fields else [""]),
        f"URI: {fields.get('uri', '')}",
        f"Version: {fields.get('version', '')}",
        f"Chain ID: {fields.get('chainId', '')}",
        f"Nonce: {fields.get('nonce', '')}",
        f"Issued At: {fields.get('issuedAt', '')}",
        *(f"{label}: {fields[name]}" for name, label in OPTIONAL if name in fields),
        *([f"Request ID: {fields['requestId']}"] if "requestId" in fields else []),
        *(["Resources:"] if fields.get("resources") else []),
        *(f"- {each}" for each in fields.get("resources", ())),
    ]
    return "\n".join(lines)
