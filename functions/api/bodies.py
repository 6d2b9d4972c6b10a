"""Reads a request's body: small, JSON, each name once, numbers exactly as they were written."""

from __future__ import annotations

import base64
import binascii
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NoReturn

from understudy.domain.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_BYTES = 65_536


def read_body(event: Mapping[str, Any]) -> dict[str, Any]:
    """Give the JSON object in a request; {} for an empty body. Raises InvalidInputError."""
    text = _text(event)
    if not text:
        return {}
    try:
        body = json.loads(
            text, parse_float=Decimal, parse_constant=_refuse, object_pairs_hook=_each_name_once
        )
        json.dumps(body, ensure_ascii=False, default=str).encode()  # no halves of characters
    except (ValueError, RecursionError) as error:
        raise InvalidInputError("the body must be JSON", code="MALFORMED_JSON") from error
    if not isinstance(body, dict):
        raise InvalidInputError("the body must be a JSON object", code="MALFORMED_JSON")
    return body


def _text(event: Mapping[str, Any]) -> str:
    text = event.get("body") or ""
    if len(text) > MAX_BYTES:
        raise InvalidInputError(
            f"the body must have at most {MAX_BYTES} bytes", code="BODY_TOO_LARGE"
        )
    if not event.get("isBase64Encoded"):
        return str(text)
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise InvalidInputError("the body must be UTF-8", code="MALFORMED_JSON") from error


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a name stands twice")
    return dict(pairs)
