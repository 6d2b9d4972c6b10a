"""The form of a signed JSON web token, read strictly. Pure; verifies no signature.

One form is taken: three parts of base64url, each written in the one way that there is. What a
header says of keys (`jwk`, `jku`, `x5c`, `x5u`) is never looked at.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from understudy.domain.errors import NotAllowedError

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_LENGTH = 8192

_TOKEN = re.compile(r"([\w-]{1,1024})\.([\w-]+)\.([\w-]+)", re.ASCII)
_KEY_ID = re.compile(r"[!-~]{1,200}", re.ASCII)
# They change how a token is to be read, and nobody whom we trust uses them.
_REFUSED_HEADERS = frozenset({"crit", "b64", "zip", "enc"})


@dataclass(frozen=True, slots=True)
class SignedToken:
    """A token whose signature is still to be verified; `algorithm` is only what it says."""

    algorithm: str
    key_id: str
    signed: bytes
    signature: bytes
    payload: bytes

    def claims(self) -> Mapping[str, Any]:
        """Read the claims; raises NotAllowedError. Only for a token that is verified."""
        return _object(self.payload)


def read_signed_token(text: str) -> SignedToken:
    """Take a token apart; raises NotAllowedError for any other form."""
    found = _TOKEN.fullmatch(text) if len(text) <= MAX_LENGTH else None
    if found is None:
        raise refused()
    header = _object(_decoded(found[1]))
    algorithm, key_id = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or not _is_key_id(key_id) or not _is_plain(header):
        raise refused()
    return SignedToken(
        algorithm=algorithm,
        key_id=str(key_id),
        signed=f"{found[1]}.{found[2]}".encode(),
        signature=_decoded(found[3]),
        payload=_decoded(found[2]),
    )


def refused() -> NotAllowedError:
    """Word the refusal of a token, without a hint at what was wrong with it."""
    return NotAllowedError(
        "the provider's token is not valid here: sign in at the provider again",
        code="PROVIDER_TOKEN_INVALID",
    )


def _is_key_id(value: Any) -> bool:
    return isinstance(value, str) and _KEY_ID.fullmatch(value) is not None


def _is_plain(header: Mapping[str, Any]) -> bool:
    return header.get("typ", "JWT") == "JWT" and not _REFUSED_HEADERS & header.keys()


def _decoded(part: str) -> bytes:
    try:
        raw = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except binascii.Error as error:
        raise refused() from error
    if base64.urlsafe_b64encode(raw).rstrip(b"=") != part.encode():
        raise refused()  # unused bits were set: a second way to write the same bytes
    return raw


def _object(raw: bytes) -> Mapping[str, Any]:
    try:
        read = json.loads(
            raw.decode(), object_pairs_hook=_each_name_once, parse_constant=_refuse_constant
        )
    except (ValueError, RecursionError) as error:
        raise refused() from error
    if not isinstance(read, dict):
        raise refused()
    return read


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a name stands twice")
    return dict(pairs)


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(constant)
