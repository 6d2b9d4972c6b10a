"""The keys of our own tokens, all derived from one secret each; an old secret still verifies."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

from understudy.domain.errors import ConfigurationError

MIN_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class TokenKeys:
    """One key per use, so that no token of one kind can pass for another; `kid` names them."""

    kid: str
    access: bytes = field(repr=False)
    refresh: bytes = field(repr=False)
    pepper: bytes = field(repr=False)


def derive_keys(secret: bytes) -> TokenKeys:
    """Derive the keys; raises ConfigurationError for a secret that is too short to be one."""
    if len(secret) < MIN_SECRET_BYTES:
        raise ConfigurationError(f"the token secret needs at least {MIN_SECRET_BYTES} bytes")
    return TokenKeys(
        kid=_derived(secret, b"key id").hex()[:16],
        access=_derived(secret, b"access token"),
        refresh=_derived(secret, b"refresh token"),
        pepper=_derived(secret, b"refresh pepper"),
    )


def _derived(secret: bytes, use: bytes) -> bytes:
    return hmac.digest(secret, b"understudy " + use, hashlib.sha256)
