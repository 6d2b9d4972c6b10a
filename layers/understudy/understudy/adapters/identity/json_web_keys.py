"""Public keys as a provider publishes them (JWKS), each good for one pinned algorithm. Pure.

PyJWT reads them. A key of another kind, for another use, too short, or with a name that two keys
share is no key.
"""

from __future__ import annotations

import json
from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jwt import PyJWK

MAX_KEYS = 64
RSA_BITS = range(2048, 8193)


class Algorithm(StrEnum):
    """How a provider signs; each provider has one, and a token cannot choose."""

    ES256 = "ES256"
    RS256 = "RS256"


_KINDS = {
    Algorithm.ES256: {"kty": "EC", "crv": "P-256"},
    Algorithm.RS256: {"kty": "RSA"},
}


def read_key_set(raw: bytes, algorithm: Algorithm) -> Mapping[str, PyJWK]:
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
        and _KINDS[algorithm].items() <= key.items()
        and key.get("alg", algorithm) == algorithm
        and key.get("use", "sig") == "sig"
        and "verify" in key.get("key_ops", ("verify",))
        and "d" not in key  # whose private part is published is everybody's
    )


def _key_of(key: dict[str, Any], algorithm: Algorithm) -> PyJWK | None:
    # The cryptography is a quarter of the API's start, and only sign-ins at a provider need it.
    import jwt  # noqa: PLC0415

    try:
        read = jwt.PyJWK(key, algorithm)
    except jwt.PyJWTError:
        return None
    is_fit = algorithm is Algorithm.ES256 or read.key.key_size in RSA_BITS
    return read if is_fit else None
