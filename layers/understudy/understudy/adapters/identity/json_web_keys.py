"""Public keys as a provider publishes them (JWKS), each good for one pinned algorithm. Pure.

A key of another kind, for another use, too short, or with a name that two keys share is no key.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_KEYS = 64


class Algorithm(StrEnum):
    """How a provider signs; each provider has one, and a token cannot choose."""

    ES256 = "ES256"
    RS256 = "RS256"


class VerifyingKey(Protocol):
    """One public key."""

    def has_signed(self, signed: bytes, signature: bytes) -> bool:
        """Say whether this key's owner signed exactly these bytes."""
        ...


def read_key_set(raw: bytes, algorithm: Algorithm) -> Mapping[str, VerifyingKey]:
    """Give the usable keys of a set by their names; raises ValueError when there is none."""
    try:
        published = json.loads(raw)["keys"]
        fitting = [each for each in published[:MAX_KEYS] if _fits(each, algorithm)]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ValueError("this is no key set") from error
    names = Counter(each["kid"] for each in fitting)
    found = {each["kid"]: _key_of(each, algorithm) for each in fitting if names[each["kid"]] == 1}
    usable = {name: key for name, key in found.items() if key is not None}
    if not usable:
        raise ValueError("the key set holds no key that can be used")
    return usable


def _fits(key: Any, algorithm: Algorithm) -> bool:
    return (
        isinstance(key, dict)
        and isinstance(key.get("kid"), str)
        and key.get("kty") == ("EC" if algorithm is Algorithm.ES256 else "RSA")
        and key.get("alg", algorithm) == algorithm
        and key.get("use", "sig") == "sig"
        and "verify" in key.get("key_ops", ("verify",))
    )


def _key_of(key: Mapping[str, Any], algorithm: Algorithm) -> VerifyingKey | None:
    # The cryptography is a quarter of the API's start, and only sign-ins at a provider need it.
    from understudy.adapters.identity.verifying_keys import es256_key, rs256_key  # noqa: PLC0415

    try:
        if algorithm is Algorithm.ES256:
            return es256_key(str(key["crv"]), _number(key["x"]), _number(key["y"]))
        return rs256_key(_number(key["n"]), _number(key["e"]))
    except (KeyError, ValueError, TypeError):
        return None


def _number(text: str) -> int:
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("a part of the key is no base64url") from error
    return int.from_bytes(raw, "big")
