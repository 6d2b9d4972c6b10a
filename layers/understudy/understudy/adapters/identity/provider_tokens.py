"""Verifies one provider's tokens: the pinned algorithm, its keys, issuer, audience and times.

What a token says is strictly typed: a time in text, a list of audiences or a number for a subject
is refused, whatever a lenient reader would make of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from understudy.adapters.identity.json_web_keys import Algorithm, VerifyingKey
from understudy.adapters.identity.json_web_tokens import read_signed_token, refused
from understudy.domain.errors import NotAllowedError

if TYPE_CHECKING:
    from collections.abc import Mapping

CLOCK_SKEW_SECONDS = 60

_SUBJECT = re.compile(r"[!-~]{1,256}", re.ASCII)


class KeySet(Protocol):
    """A provider's keys by their names; see `CachedKeySet`."""

    def key(self, key_id: str) -> VerifyingKey | None:
        """Give a key, None for a strange name; raises DependencyError without any set."""
        ...


@dataclass(frozen=True, slots=True)
class ProviderTokenReader:
    """Reads the tokens that one issuer made for one audience."""

    keys: KeySet
    algorithm: Algorithm
    issuer: str
    audience: str

    def read(self, token: str, now_ms: int, max_age_seconds: int) -> Mapping[str, Any]:
        """Give a verified token's claims.

        Raises NotAllowedError for any that is not whole, not for us, or not in time;
        DependencyError while the provider's keys cannot be had.
        """
        signed = read_signed_token(token)
        if signed.algorithm != self.algorithm:
            raise refused()
        key = self.keys.key(signed.key_id)
        if key is None or not key.has_signed(signed.signed, signed.signature):
            raise refused()
        claims = signed.claims()
        self._check_place(claims)
        _check_times(claims, now_ms // 1000, max_age_seconds)
        return claims

    def _check_place(self, claims: Mapping[str, Any]) -> None:
        subject = claims.get("sub")
        if (
            claims.get("iss") != self.issuer
            or claims.get("aud") != self.audience
            or not isinstance(subject, str)
            or not _SUBJECT.fullmatch(subject)
        ):
            raise refused()


def _check_times(claims: Mapping[str, Any], now: int, max_age_seconds: int) -> None:
    issued_at, expires_at = claims.get("iat"), claims.get("exp")
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
