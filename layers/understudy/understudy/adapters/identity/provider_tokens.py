"""Verifies one provider's tokens with PyJWT, and refuses what PyJWT would let pass.

What a token says is strictly typed: a time in text, a list of audiences or a number for a subject
is refused. What a header says of keys (`jwk`, `jku`, `x5c`, `x5u`) is never looked at.
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from understudy.adapters.identity.json_web_keys import Algorithm
from understudy.domain.errors import NotAllowedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jwt import PyJWK
    from jwt.types import Options

MAX_LENGTH = 8192
CLOCK_SKEW_SECONDS = 60

# PyJWT takes `=` at the end of a part: a second way to write the same token.
_FORM = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)
_SUBJECT = re.compile(r"[!-~]{1,256}", re.ASCII)
# They change how a token is to be read, and PyJWT passes over them.
_REFUSED_HEADERS = frozenset({"zip", "enc"})
_OPTIONS: Options = {
    "require": ["aud", "exp", "iat", "iss", "sub"],
    "strict_aud": True,
    # PyJWT reads the machine's clock and takes a time in text; see `_check_times`.
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
}


class KeySet(Protocol):
    """A provider's keys by their names; see `CachedKeySet`."""

    def key(self, key_id: str) -> PyJWK | None:
        """Give a key, None for a strange name; raises DependencyError without any set."""
        ...

    def standing(self) -> Mapping[str, int]:
        """Say how old the keys are; raises DependencyError where they were not to be had lately."""
        ...


@dataclass(frozen=True, slots=True)
class ProviderTokenReader:
    """Reads the tokens that one issuer, under any of its names, made for one audience."""

    keys: KeySet
    algorithm: Algorithm
    issuers: tuple[str, ...]
    audience: str

    def read(self, token: str, now_ms: int, max_age_seconds: int) -> Mapping[str, Any]:
        """Give a verified token's claims.

        Raises NotAllowedError for any that is not whole, not for us, or not in time;
        DependencyError while the provider's keys cannot be had.
        """
        if len(token) > MAX_LENGTH or not _FORM.fullmatch(token):
            raise refused()
        claims = self._verified(token)
        if not _SUBJECT.fullmatch(claims["sub"]):
            raise refused()
        _check_times(claims, now_ms // 1000, max_age_seconds)
        return claims

    def _verified(self, token: str) -> Mapping[str, Any]:
        # The cryptography is a quarter of the API's start, and only sign-ins at a provider need it.
        import jwt  # noqa: PLC0415

        try:
            key = self.keys.key(_key_id(jwt.get_unverified_header(token)))
            if key is None:
                raise refused()
            claims = jwt.decode(
                token,
                key,
                [self.algorithm],
                _OPTIONS,
                audience=self.audience,
                issuer=self.issuers,
            )
            _check_writing(token)
        except (jwt.PyJWTError, ValueError, RecursionError) as error:
            raise refused() from error
        return claims


def refused() -> NotAllowedError:
    """Word the refusal of a token, without a hint at what was wrong with it."""
    return NotAllowedError(
        "the provider's token is not valid here: sign in at the provider again",
        code="PROVIDER_TOKEN_INVALID",
    )


def _key_id(header: Mapping[str, Any]) -> str:
    if "kid" not in header or header.get("typ", "JWT") != "JWT" or _REFUSED_HEADERS & header.keys():
        raise refused()
    return str(header["kid"])


def _check_writing(token: str) -> None:
    # PyJWT reads UTF-16 too, and of a name that stands twice the last: others read otherwise.
    for part in token.split(".")[:2]:
        json.loads(urlsafe_b64decode(part + "==").decode(), object_pairs_hook=_each_name_once)


def _each_name_once(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a name stands twice")


def _check_times(claims: Mapping[str, Any], now: int, max_age_seconds: int) -> None:
    issued_at, expires_at = claims["iat"], claims["exp"]
    not_before = claims.get("nbf", issued_at)
    # A truth value is a whole number to Python, and a fraction would be rounded by somebody.
    if type(issued_at) is not int or type(expires_at) is not int or type(not_before) is not int:
        raise refused()
    if max(issued_at, not_before) > now + CLOCK_SKEW_SECONDS:
        raise refused()
    if expires_at <= now or now - issued_at > max_age_seconds:
        raise NotAllowedError(
            "the provider's token is too old: sign in at the provider again",
            code="PROVIDER_TOKEN_EXPIRED",
        )
