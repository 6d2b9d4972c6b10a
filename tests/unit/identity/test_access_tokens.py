"""Access tokens: ours and in time, or refused without a trace; the attacks are a table."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from typing import Any

import pytest

from tests.fakes.builders import NOW_MS
from tests.fakes.identity import ISSUER, FixedRing
from understudy.adapters.identity.access_tokens import LIFETIME_SECONDS, Hs256AccessTokens
from understudy.adapters.identity.refresh_tokens import HmacRefreshTokens
from understudy.adapters.identity.token_keys import derive_keys
from understudy.domain.errors import ConfigurationError, NotAllowedError
from understudy.domain.identity import AuthMethod
from understudy.domain.ids import UserId
from understudy.ports.identity import AccessClaims

NOW = NOW_MS // 1000
CLAIMS = AccessClaims(UserId("u1"), AuthMethod.SIWE, "5" * 32, "0x" + "a" * 40, NOW - 60)
RING = FixedRing()
TOKENS = Hs256AccessTokens(RING, ISSUER)


def forged(header: Any = None, body: dict[str, Any] | None = None, key: bytes | None = None) -> str:
    """Sign any header and any change of a good body (`...` takes a claim out), with our own key."""
    keys = RING()[0]
    claims = {**good_body(), **(body or {})}
    parts = [
        {"alg": "HS256", "typ": "JWT", "kid": keys.kid} if header is None else header,
        {name: each for name, each in claims.items() if each is not ...},
    ]
    signed = ".".join(encoded(json.dumps(part, separators=(",", ":")).encode()) for part in parts)
    return f"{signed}.{encoded(hmac.digest(key or keys.access, signed.encode(), hashlib.sha256))}"


def good_body() -> dict[str, Any]:
    return json.loads(decoded(TOKENS.issue(CLAIMS, NOW_MS).split(".")[1]))


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def header_with(**changes: Any) -> dict[str, Any]:
    return {"alg": "HS256", "typ": "JWT", "kid": RING()[0].kid, **changes}


def test_a_token_gives_back_what_it_was_issued_for() -> None:
    token = TOKENS.issue(CLAIMS, NOW_MS)

    assert TOKENS.read(token, NOW_MS) == CLAIMS
    assert TOKENS.read(token, NOW_MS + LIFETIME_SECONDS * 1000 - 1) == CLAIMS


def test_a_token_says_who_issued_it_for_whom_and_until_when() -> None:
    assert set(good_body()) == {
        "iss", "aud", "typ", "iat", "exp", "app_user_id", "auth_method", "session_id",
        "wallet_address", "auth_time",
    }  # fmt: skip
    assert good_body()["auth_time"] == CLAIMS.auth_time_seconds


@pytest.mark.parametrize("said", [..., None, str(NOW), True, 1.5, [NOW], -1])
def test_a_token_that_does_not_say_when_its_bearer_signed_in_says_no_time(said: Any) -> None:
    token = forged(body={"auth_time": said})

    assert TOKENS.read(token, NOW_MS) == replace(CLAIMS, auth_time_seconds=0)


def test_a_token_is_over_after_fifteen_minutes() -> None:
    token = TOKENS.issue(CLAIMS, NOW_MS)

    with pytest.raises(NotAllowedError) as caught:
        TOKENS.read(token, NOW_MS + 900_000)

    assert caught.value.code == "ACCESS_TOKEN_EXPIRED"


ATTACKS: dict[str, str] = {
    "alg_none": forged(header_with(alg="none")).rpartition(".")[0] + ".",
    "alg_missing": forged({"typ": "JWT", "kid": RING()[0].kid}),
    "alg_other": forged(header_with(alg="HS512")),
    "jwk": forged(header_with(jwk={"kty": "oct", "k": "AAAA"})),
    "jku": forged(header_with(jku="https://evil.test/keys")),
    "crit": forged(header_with(crit=["b64"], b64=False)),
    "zip": forged(header_with(zip="DEF")),
    "kid_unknown": forged(header_with(kid="0" * 16)),
    "kid_traversal": forged(header_with(kid="../../dev/null")),
    "kid_list": forged(header_with(kid=[1])),
    "kid_missing": forged({"alg": "HS256", "typ": "JWT"}),
    "key_of_refresh": forged(key=RING()[0].refresh),
    "sig_stripped": TOKENS.issue(CLAIMS, NOW_MS).rpartition(".")[0] + ".",
    "payload_swapped": forged(body={"app_user_id": "u2"}).rpartition(".")[0]
    + "." + TOKENS.issue(CLAIMS, NOW_MS).rpartition(".")[2],
    "exp_now": forged(body={"exp": NOW}),
    "exp_missing": forged(body={"exp": None}),
    "exp_text": forged(body={"exp": str(NOW + 60)}),
    "exp_truth": forged(body={"exp": True}),
    "exp_far": forged(body={"exp": NOW + 86_400}),
    "iat_future": forged(body={"iat": NOW + 3600, "exp": NOW + 3700}),
    "iat_missing": forged(body={"iat": None}),
    "aud_wrong": forged(body={"aud": "other"}),
    "aud_list": forged(body={"aud": ["understudy-api"]}),
    "aud_substring": forged(body={"aud": "understudy-api.evil"}),
    "iss_slash": forged(body={"iss": ISSUER + "/"}),
    "iss_list": forged(body={"iss": [ISSUER]}),
    "typ_cross": forged(body={"typ": "refresh"}),
    "refresh_token": HmacRefreshTokens(RING).make("5" * 32, 1).text,
    "jwe": "a.b.c.d.e",
    "json": json.dumps({"payload": "x", "signature": "y"}),
    "oversize": forged(body={"more": "x" * 100_000}),
    "padding": TOKENS.issue(CLAIMS, NOW_MS) + "=",
    "space": " " + TOKENS.issue(CLAIMS, NOW_MS),
    "newline": TOKENS.issue(CLAIMS, NOW_MS) + "\n",
    "no_ascii": TOKENS.issue(CLAIMS, NOW_MS)[:-1] + "é",
    "half_character": "\ud800.\ud800.\ud800",
    "empty": "",
}  # fmt: skip


@pytest.mark.parametrize("name", ATTACKS)
def test_no_attack_gets_in(name: str) -> None:
    with pytest.raises(NotAllowedError):
        TOKENS.read(ATTACKS[name], NOW_MS)


def test_every_flipped_bit_of_the_signature_is_noticed() -> None:
    head, _, last = TOKENS.issue(CLAIMS, NOW_MS).rpartition(".")
    raw = decoded(last)
    for bit in range(len(raw) * 8):
        flipped = int.from_bytes(raw, "big") ^ (1 << bit)
        token = f"{head}.{encoded(flipped.to_bytes(len(raw), 'big'))}"
        with pytest.raises(NotAllowedError):
            TOKENS.read(token, NOW_MS)


def test_after_a_rotation_old_tokens_are_read_and_new_ones_carry_the_new_key() -> None:
    ring = FixedRing()
    tokens = Hs256AccessTokens(ring, ISSUER)
    old = tokens.issue(CLAIMS, NOW_MS)

    ring.rotate()

    assert tokens.read(old, NOW_MS) == CLAIMS
    assert tokens.issue(CLAIMS, NOW_MS).split(".")[0] != old.split(".")[0]


def test_a_short_secret_is_no_secret() -> None:
    with pytest.raises(ConfigurationError, match="32 bytes"):
        derive_keys(b"short")


def test_no_key_shows_in_a_representation() -> None:
    assert RING()[0].access.hex() not in repr(RING()[0])
    assert repr(RING()[0].access) not in repr(RING()[0])
