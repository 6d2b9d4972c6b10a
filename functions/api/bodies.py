"""Reads a request's body: small, flat, JSON, each name once, numbers exactly as written."""

from __future__ import annotations

import base64
import binascii
import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NoReturn

from understudy.domain.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_BYTES = 65_536
MAX_BASE64 = 4 * -(-MAX_BYTES // 3)
MAX_DEPTH = 16
LONGEST_SHOWN = 64

# A string is taken whole, also one that never ends: no place is looked at twice.
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)


def read_body(event: Mapping[str, Any]) -> dict[str, Any]:
    """Give the JSON object in a request; {} for an empty body. Raises InvalidInputError."""
    text = _text(event)
    if not text:
        return {}
    _require_shallow(text)
    try:
        body = json.loads(
            text, parse_float=Decimal, parse_constant=_refuse, object_pairs_hook=_each_name_once
        )
        json.dumps(body, ensure_ascii=False, default=str).encode()  # no halves of characters
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise InvalidInputError("the body must be JSON", code="MALFORMED_JSON") from error
    if not isinstance(body, dict):
        raise InvalidInputError("the body must be a JSON object", code="MALFORMED_JSON")
    return body


def _text(event: Mapping[str, Any]) -> str:
    sent = str(event.get("body") or "")
    is_base64 = bool(event.get("isBase64Encoded"))
    if len(sent) > (MAX_BASE64 if is_base64 else MAX_BYTES):
        raise _too_large()
    try:
        raw = base64.b64decode(sent, validate=True) if is_base64 else sent.encode()
        if len(raw) > MAX_BYTES:
            raise _too_large()
        return raw.decode()
    except (binascii.Error, UnicodeError) as error:
        raise InvalidInputError("the body must be UTF-8", code="MALFORMED_JSON") from error


def _too_large() -> InvalidInputError:
    said = f"the body must have at most {MAX_BYTES} bytes"
    return InvalidInputError(said, code="BODY_TOO_LARGE")


def _require_shallow(text: str) -> None:
    depth = 0
    for part in _STRING_OR_BRACKET.findall(text):
        depth += (part in "[{") - (part in "]}")
        if depth > MAX_DEPTH:
            said = f"the body may nest at most {MAX_DEPTH} levels"
            raise InvalidInputError(said, code="BODY_TOO_DEEP")


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    named: dict[str, Any] = {}
    for name, value in pairs:
        if name in named:
            shown = f"{name!a:.{LONGEST_SHOWN}}"  # a name may be the whole body
            raise InvalidInputError(f"a field stands twice: {shown}", code="MALFORMED_JSON")
        named[name] = value
    return named
