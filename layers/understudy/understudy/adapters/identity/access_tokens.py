"""Access tokens: JWT with HS256 and nothing else; every part is checked before it is believed."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from understudy.adapters.identity.token_keys import TokenKeys
from understudy.domain.errors import ForbiddenError, NotAllowedError
from understudy.domain.identity import AuthMethod
from understudy.domain.ids import UserId
from understudy.ports.identity import AccessClaims

KeyRing = Callable[[], Sequence[TokenKeys]]

LIFETIME_SECONDS = 900
MAX_LENGTH = 2048
AUDIENCE = "understudy-api"
OPERATORS_AUDIENCE = "understudy-operators"
TYPE = "access"
PARTS = 3


@dataclass(frozen=True, slots=True)
class Hs256AccessTokens:
    """Signs with the ring's first key and accepts any key of the ring by its exact `kid`."""

    ring: KeyRing
    issuer: str
    audience: str = AUDIENCE

    @property
    def lifetime_seconds(self) -> int:
        """Give how long a token is good for."""
        return LIFETIME_SECONDS

    def issue(self, claims: AccessClaims, now_ms: int) -> str:
        """Write a token; see `AccessTokens`."""
        keys = self.ring()[0]
        issued_at = now_ms // 1000
        body = {
            "iss": self.issuer,
            "aud": self.audience,
            "typ": TYPE,
            "iat": issued_at,
            "exp": issued_at + LIFETIME_SECONDS,
            "app_user_id": claims.app_user_id,
            "auth_method": claims.auth_method.value,
            "session_id": claims.session_id,
            "wallet_address": claims.wallet_address,
            "auth_time": claims.auth_time_seconds,
        }
        signed = f"{_encode(_header(keys))}.{_encode(body)}"
        return f"{signed}.{_base64(_mac(keys, signed))}"

    def read(self, token: str, now_ms: int) -> AccessClaims:
        """Read a token; see `AccessTokens`."""
        if self.audience == OPERATORS_AUDIENCE:
            _refuse_a_users(token)
        body = self._verified(token)
        now = now_ms // 1000
        fixed = {"iss": self.issuer, "aud": self.audience, "typ": TYPE}
        if any(body.get(name) != value for name, value in fixed.items()):
            raise _refused()
        if not _in_time(body, now):
            raise NotAllowedError(
                "the access token has expired: refresh it", code="ACCESS_TOKEN_EXPIRED"
            )
        return AccessClaims(
            app_user_id=UserId(body["app_user_id"]),
            auth_method=AuthMethod(body["auth_method"]),
            session_id=body["session_id"],
            wallet_address=body["wallet_address"],
            auth_time_seconds=_auth_time_seconds(body),
        )

    def _verified(self, token: str) -> Mapping[str, Any]:
        parts = token.split(".") if len(token) <= MAX_LENGTH else []
        if len(parts) != PARTS:
            raise _refused()
        # The header is compared with the ones that we write, so nothing in it is ever interpreted.
        keys = next((keys for keys in self.ring() if parts[0] == _encode(_header(keys))), None)
        if keys is None:
            raise _refused()
        expected = _base64(_mac(keys, f"{parts[0]}.{parts[1]}"))
        if not hmac.compare_digest(expected.encode(), parts[2].encode(errors="replace")):
            raise _refused()
        return _decode(parts[1])


def _refuse_a_users(token: str) -> None:
    """Tell who says themselves that they are a user's bearer what is missing, whoever they are."""
    parts = token.split(".") if len(token) <= MAX_LENGTH else []
    if len(parts) == PARTS and _decode(parts[1]).get("aud") == AUDIENCE:
        raise ForbiddenError(
            "this is a user's access token: send an operator's, which a sign-in at"
            " /v1/ops/auth/siwe gives to the wallets that operate here",
            code="OPERATORS_TOKEN_NEEDED",
        )


def _header(keys: TokenKeys) -> dict[str, str]:
    return {"alg": "HS256", "typ": "JWT", "kid": keys.kid}


def _in_time(body: Mapping[str, Any], now: int) -> bool:
    issued_at, expires_at = body.get("iat"), body.get("exp")
    if type(issued_at) is not int or type(expires_at) is not int:
        return False
    return issued_at <= now + 1 and now < expires_at <= issued_at + LIFETIME_SECONDS


def _auth_time_seconds(body: Mapping[str, Any]) -> int:
    """Read when the bearer signed in; a token of before that claim says nothing."""
    said = body.get("auth_time")
    return said if type(said) is int and said > 0 else 0


def _mac(keys: TokenKeys, signed: str) -> bytes:
    return hmac.digest(keys.access, signed.encode(errors="replace"), hashlib.sha256)


def _encode(part: Mapping[str, Any]) -> str:
    return _base64(json.dumps(part, separators=(",", ":")).encode())


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(part: str) -> Mapping[str, Any]:
    padded = part + "=" * (-len(part) % 4)
    try:
        body = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise _refused() from error
    if not isinstance(body, dict):
        raise _refused()
    return body


def _refused() -> NotAllowedError:
    return NotAllowedError("the access token is not valid: sign in again", code="UNAUTHENTICATED")
