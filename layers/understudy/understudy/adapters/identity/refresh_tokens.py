"""Refresh tokens `family.generation.mac`: garbage is refused before any store is asked."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.adapters.identity.access_tokens import KeyRing
from understudy.domain.errors import NotAllowedError
from understudy.ports.identity import RefreshToken

if TYPE_CHECKING:
    from understudy.adapters.identity.token_keys import TokenKeys

_TOKEN = re.compile(r"([0-9a-f]{32})\.([1-9][0-9]{0,8})\.([0-9a-f]{64})", re.ASCII)


@dataclass(frozen=True, slots=True)
class HmacRefreshTokens:
    """Derives each token from its family and generation with the ring's first key."""

    ring: KeyRing

    def make(self, session_id: str, generation: int) -> RefreshToken:
        """Make the token of this generation; see `RefreshTokens`."""
        return _made(self.ring()[0], session_id, generation)

    def read(self, text: str) -> RefreshToken:
        """Read a presented token; see `RefreshTokens`."""
        found = _TOKEN.fullmatch(text)
        if found is not None:
            session_id, generation = found[1], int(found[2])
            for keys in self.ring():
                token = _made(keys, session_id, generation)
                if hmac.compare_digest(token.text.encode(), text.encode()):
                    return token
        raise NotAllowedError(
            "the refresh token is not valid: sign in again", code="REFRESH_TOKEN_INVALID"
        )

    def again(self, session_id: str, generation: int, stored_hash: str) -> RefreshToken | None:
        """Make a token again; see `RefreshTokens`."""
        made = (_made(keys, session_id, generation) for keys in self.ring())
        return next((token for token in made if token.hash == stored_hash), None)


def _made(keys: TokenKeys, session_id: str, generation: int) -> RefreshToken:
    named = f"{session_id}.{generation}"
    text = f"{named}.{hmac.digest(keys.refresh, named.encode(), hashlib.sha256).hex()}"
    kept = hmac.digest(keys.pepper, text.encode(), hashlib.sha256).hex()
    return RefreshToken(text, session_id, generation, kept)
