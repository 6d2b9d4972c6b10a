"""Tokens that must not get in, by the name of the attack; made for a reader of Privy's tokens."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from simulators.identity.keys import SigningKey
from tests.fakes.builders import NOW_MS
from tests.fakes.identity import ISSUER, FixedRing
from tests.fakes.providers import (
    APP_ID,
    DYNAMIC_KEY,
    NOW,
    PRIVY_KEY,
    STRANGER,
    decoded,
    encoded,
    forged,
    privy_claims,
    written,
)
from understudy.adapters.identity.access_tokens import Hs256AccessTokens
from understudy.adapters.identity.refresh_tokens import HmacRefreshTokens
from understudy.domain.identity import AuthMethod
from understudy.domain.ids import UserId
from understudy.ports.identity import AccessClaims

GOOD = forged()
HEAD, BODY, SIGNATURE = GOOD.split(".")
STRANGERS_KEY = SigningKey("ES256", STRANGER, "stranger")
EVIL = "https://evil.test/keys"


def with_header(**changes: Any) -> str:
    """Sign a good payload under a changed header; None takes a member out."""
    return forged(header(**changes))


def by_stranger(**changes: Any) -> str:
    return forged(header(**changes), key=STRANGER)


def header(**changes: Any) -> dict[str, Any]:
    members = {"alg": "ES256", "kid": "privy-1", "typ": "JWT", **changes}
    return {name: each for name, each in members.items() if each is not None}


def saying(**changes: Any) -> str:
    """Sign changed claims; None takes one out."""
    return forged(payload=privy_claims(**changes))


def with_time(text: str) -> str:
    """Sign claims whose `exp` is written in this way."""
    claims = json.dumps(privy_claims(exp=0))
    return forged(payload=claims.replace('"exp": 0', f'"exp": {text}').encode())


def unsigned(algorithm: str) -> list[str]:
    head = written(header(alg=algorithm))
    return [f"{head}.{BODY}.", f"{head}.{BODY}", f"{head}.{BODY}.{SIGNATURE}"]


def hmac_with_public_keys() -> list[str]:
    """Take what everybody can read as the secret of HS256."""
    secrets = []
    for key in (PRIVY_KEY, DYNAMIC_KEY):
        public = key.private.public_key()
        pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        secrets += [pem, pem.rstrip(b"\n"), der, json.dumps(key.published()).encode()]
    signed = f"{written(header(alg='HS256'))}.{BODY}"
    macs = [hmac.digest(secret, signed.encode(), hashlib.sha256) for secret in secrets]
    return [f"{signed}.{encoded(mac)}" for mac in macs]


def resigned(signature: bytes) -> str:
    return f"{HEAD}.{BODY}.{encoded(signature)}"


def own_tokens() -> list[str]:
    ring = FixedRing()
    claims = AccessClaims(UserId("u1"), AuthMethod.PRIVY, "5" * 32, "0x" + "a" * 40)
    access = Hs256AccessTokens(ring, ISSUER).issue(claims, NOW_MS)
    return [access, HmacRefreshTokens(ring).make("5" * 32, 1).text]


RAW = decoded(SIGNATURE)
R, S = int.from_bytes(RAW[:32], "big"), int.from_bytes(RAW[32:], "big")
OTHER = saying(sub="did:privy:bob")
PLUS = base64.b64encode(b"\xfb\xff\xbe" * 20).decode()

STRANGE_NAMES: list[Any] = [
    "../../dev/null",
    "|id",
    "' OR 1=1 --",
    "k" * 10_000,
    "k" * 201,
    "",
    "é",
]
STRANGE_NAMES += [1, ["privy-1"], {"a": 1}, True]
NO_SUBJECTS: list[Any] = [1, {}, [], "", "a b", "é", "\0", "s" * 257]
ATTACKS: dict[str, list[str]] = {
    "alg_none": [t for name in ("none", "None", "NONE", "nOnE") for t in unsigned(name)],
    "alg_missing": [with_header(alg=None), with_header(alg=["ES256"]), with_header(alg={})],
    "alg_hs256_with_public_key": hmac_with_public_keys(),
    "alg_not_in_allow_list": [
        forged(header(alg="RS256", kid="dynamic-1"), key=DYNAMIC_KEY.private),
    ],
    "alg_key_type_mismatch": [
        forged(header(alg="RS256"), key=DYNAMIC_KEY.private),
        forged(header(kid="dynamic-1"), key=DYNAMIC_KEY.private),
    ],
    "jwk_alg_mismatch": [with_header(alg="ES384"), with_header(alg="es256")],
    "embedded_jwk": [
        by_stranger(jwk=STRANGERS_KEY.published()),
        by_stranger(jwk=STRANGERS_KEY.published(), kid="stranger"),
    ],
    "jku_x5u": [by_stranger(jku=EVIL), by_stranger(x5u=EVIL), by_stranger(jku=EVIL, kid=EVIL)],
    "x5c": [by_stranger(x5c=[base64.b64encode(b"certificate").decode()])],
    "kid_unknown": [with_header(kid="privy-3"), with_header(kid="PRIVY-1")],
    "kid_path_traversal": [
        with_header(kid=each) for each in STRANGE_NAMES
    ],
    "kid_missing": [with_header(kid=None), forged(b'{"alg": "ES256", "kid": null}')],
    "sig_stripped": [f"{HEAD}.{BODY}.", f"{HEAD}.{BODY}"],
    "sig_bitflip": [resigned(RAW[:-1] + bytes([RAW[-1] ^ 1])), by_stranger()],
    "sig_der_es256": [resigned(encode_dss_signature(R, S))],
    "sig_zero_es256": [resigned(bytes(64)), resigned(bytes(32) + RAW[32:]),
                       resigned(RAW[:32] + bytes(32)), resigned(b"\xff" * 64)],
    "sig_wrong_len": [resigned(RAW[:63]), resigned(RAW + b"\0"), resigned(b"\0" + RAW),
                      resigned(b"\0")],
    "payload_swapped": [f"{HEAD}.{OTHER.split('.')[1]}.{SIGNATURE}"],
    "exp_past": [saying(exp=NOW - 61), saying(exp=NOW - 1)],
    "exp_edge": [saying(exp=NOW)],
    "exp_missing": [saying(exp=None), with_time("null")],
    "exp_string": [saying(exp="1999999999"), with_time("true"), with_time("[1999999999]")],
    "exp_float_huge": [
        with_time(each)
        for each in ("1e400", "NaN", "Infinity", "-Infinity", "1999999999.5", "1999999999.0",
                     "9" * 5000)
    ],
    "nbf_future": [saying(nbf=NOW + 120), saying(nbf=str(NOW)), saying(nbf=float(NOW))],
    "iat_future": [saying(iat=NOW + 3600), saying(iat=NOW + 61)],
    "iat_too_old": [saying(iat=NOW - 301)],
    "iat_missing": [saying(iat=None), saying(iat=str(NOW)), saying(iat=True)],
    "aud_wrong": [saying(aud="other-app"), saying(aud=APP_ID.upper()), saying(aud=APP_ID + "\n")],
    "aud_missing": [saying(aud=None), saying(aud="")],
    "aud_list_contains": [saying(aud=["other", APP_ID]), saying(aud=[APP_ID])],
    "aud_substring": [saying(aud=f"{APP_ID}.evil"), saying(aud=APP_ID[:3])],
    "aud_nonstring": [saying(aud=5), saying(aud=[5]), saying(aud={}), saying(aud={APP_ID: 1})],
    "iss_wrong": [
        saying(iss=each)
        for each in ("https://privy.io.evil", "privy.io/", "https://privy.io", ["privy.io"], 1)
    ],
    "sub_missing": [saying(sub=None)],
    "sub_nonstring": [saying(sub=each) for each in NO_SUBJECTS],
    "crit_unknown": [with_header(crit=["x"], x=1)],
    "crit_b64": [
        with_header(crit=["b64"], b64=False),
        with_header(b64=False),
        forged(header(crit=["b64"], b64=False)).replace(f".{BODY}.", ".."),
    ],
    "crit_empty": [with_header(crit=[]), with_header(crit="exp"), with_header(crit={})],
    "typ_cross": [with_header(typ=each) for each in ("rt+jwt", "at+jwt", "access", 1, ["JWT"])]
    + own_tokens(),
    "own_token_cross_issuer": own_tokens(),
    "jwe": ["a.b.c.d.e", f"{GOOD}.{SIGNATURE}.{SIGNATURE}", with_header(enc="A256GCM")],
    "json_serialization": [
        json.dumps({"protected": HEAD, "payload": BODY, "signature": SIGNATURE}),
    ],
    "zip_deflate": [with_header(zip="DEF")],
    "oversize": [saying(more="x" * 8192), saying(more="x" * 1_048_576), "a" * 9000],
    "b64_padding": [
        *(GOOD + each for each in ("=", "==", "\n", " ", "%3D")),
        *(each + GOOD for each in (" ", "\n", "\t")),
        f"{HEAD}=.{BODY}.{SIGNATURE}", f"{HEAD}.{BODY}=.{SIGNATURE}",
        f"{HEAD}.\n{BODY}.{SIGNATURE}",
        f"{HEAD}.{BODY}.{PLUS}", f"{HEAD}.{BODY}.{SIGNATURE[:-1]}{chr(ord(SIGNATURE[-1]) + 1)}",
        f"{HEAD}.{BODY}.A", f"{HEAD}.{BODY}.\ud800", f"{HEAD}.{BODY}.é", "", ".", "..", "...",
    ],
    "dup_json_keys": [
        forged(payload=json.dumps(privy_claims()).replace("{", '{"sub": "did:privy:bob", ', 1)
               .encode()),
        forged(b'{"alg": "none", "alg": "ES256", "kid": "privy-1", "typ": "JWT"}'),
    ],
    "deep_json": [
        forged(payload=b"[" * 100_000),
        forged(payload=b"[" * 5_800),
        forged(payload=b"[" * 2_900 + b"]" * 2_900),
        forged(payload=b'{"a":' * 960 + b"1" + b"}" * 960),
        forged(b'{"a":' * 120 + b"1" + b"}" * 120),
    ],
}  # fmt: skip
