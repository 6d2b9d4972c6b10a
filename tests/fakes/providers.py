"""Identity providers without sockets: their keys, honest tokens, and tokens forged in any way.

Forged tokens are signed by another library than the one that verifies them.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from Crypto.Hash import SHA256
from Crypto.PublicKey import ECC, RSA
from Crypto.Signature import DSS, pkcs1_15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jwt import PyJWK

from simulators.identity.keys import PrivateKey, SigningKey, new_private_key
from tests.fakes.builders import NOW_MS
from understudy.adapters.identity.dynamic import DynamicVerifier, issuers_of
from understudy.adapters.identity.json_web_keys import Algorithm, read_key_set
from understudy.adapters.identity.privy import PrivyVerifier
from understudy.adapters.identity.provider_tokens import ProviderTokenReader
from understudy.domain.identity import AuthMethod
from understudy.ports.identity import ProviderTokens, ProviderVerifier

NOW = NOW_MS // 1000
MAX_AGE_SECONDS = 300
APP_ID = "app-id"
SITE = "https://app.understudy.test"
DYNAMIC_ISSUER = "app.dynamic.xyz/environment"
PRIVY_KEY = SigningKey("ES256", new_private_key("ES256"), "privy-1")
PRIVY_NEXT_KEY = SigningKey("ES256", new_private_key("ES256"), "privy-2")
DYNAMIC_KEY = SigningKey("RS256", new_private_key("RS256"), "dynamic-1")
STRANGER = new_private_key("ES256")


@dataclass
class FixedKeys:
    """A provider's keys; `asked` are the names under which somebody looked for one."""

    keys: Mapping[str, PyJWK]
    asked: list[str] = field(default_factory=list)

    def key(self, key_id: str) -> PyJWK | None:
        self.asked.append(key_id)
        return self.keys.get(key_id)

    def standing(self) -> Mapping[str, int]:
        return {}


def published(*keys: SigningKey, **changes: Any) -> bytes:
    """Write a key set; `changes` are made to every key, and None takes a member out."""
    listed = [{**key.published(), **changes} for key in keys]
    return json.dumps(
        {"keys": [{name: v for name, v in each.items() if v is not None} for each in listed]}
    ).encode()


def privy_reader() -> ProviderTokenReader:
    keys = FixedKeys(read_key_set(published(PRIVY_KEY, PRIVY_NEXT_KEY), Algorithm.ES256))
    return ProviderTokenReader(keys, Algorithm.ES256, ("privy.io",), APP_ID)


def dynamic_reader() -> ProviderTokenReader:
    keys = FixedKeys(read_key_set(published(DYNAMIC_KEY), Algorithm.RS256))
    return ProviderTokenReader(keys, Algorithm.RS256, issuers_of(DYNAMIC_ISSUER), SITE)


def verifiers() -> dict[AuthMethod, ProviderVerifier]:
    return {
        AuthMethod.PRIVY: PrivyVerifier(privy_reader(), MAX_AGE_SECONDS),
        AuthMethod.DYNAMIC: DynamicVerifier(dynamic_reader(), MAX_AGE_SECONDS),
    }


def privy_claims(**changes: Any) -> dict[str, Any]:
    """Give the claims of a good access token; None takes one out."""
    claims = {
        "sid": "session",
        "sub": "did:privy:alice",
        "iss": "privy.io",
        "aud": APP_ID,
        "iat": NOW,
        "exp": NOW + 3600,
        **changes,
    }
    return {name: each for name, each in claims.items() if each is not None}


def privy_tokens(
    *wallets: dict[str, Any], subject: str = "did:privy:alice", key: SigningKey = PRIVY_KEY
) -> ProviderTokens:
    """Give the tokens of a Privy user with these linked accounts."""
    accounts = json.dumps([{"type": "email", "address": "a@b.test"}, *wallets])
    identity = privy_claims(sid=None, sub=subject, linked_accounts=accounts)
    return ProviderTokens(key.sign(privy_claims(sub=subject)), key.sign(identity))


def privy_wallet(address: str, *, embedded: bool = True, **changes: Any) -> dict[str, Any]:
    """Write a wallet as Privy does."""
    client = "privy" if embedded else "metamask"
    return {
        "type": "wallet",
        "id": f"id-{address[-4:]}",
        "address": address,
        "chain_type": "ethereum",
        "wallet_client_type": client,
        **changes,
    }


def dynamic_token(*wallets: dict[str, Any], **changes: Any) -> str:
    """Give the token of a Dynamic user with these verified credentials; None takes a claim out."""
    claims = {
        "sub": "dynamic-alice",
        "sid": "session",
        "iss": DYNAMIC_ISSUER,
        "aud": SITE,
        "iat": NOW,
        "exp": NOW + 7200,
        "scope": "user:basic",
        "verified_credentials": [{"format": "email", "email": "a@b.test"}, *wallets],
        **changes,
    }
    return DYNAMIC_KEY.sign({name: each for name, each in claims.items() if each is not None})


def dynamic_wallet(address: str, *, embedded: bool = True, **changes: Any) -> dict[str, Any]:
    """Write a wallet as Dynamic does."""
    return {
        "id": f"id-{address[-4:]}",
        "format": "blockchain",
        "chain": "eip155",
        "address": address,
        "wallet_provider": "embeddedWallet" if embedded else "browserExtension",
        **changes,
    }


def forged(
    header: Mapping[str, Any] | bytes | None = None,
    payload: Mapping[str, Any] | bytes | None = None,
    key: PrivateKey = PRIVY_KEY.private,
) -> str:
    """Sign any header and any payload with the algorithm that is right for the key."""
    head = written({"alg": "ES256", "kid": "privy-1", "typ": "JWT"} if header is None else header)
    body = written(privy_claims() if payload is None else payload)
    signed = f"{head}.{body}"
    return f"{signed}.{encoded(signature_of(signed, key))}"


def signature_of(signed: str, key: PrivateKey) -> bytes:
    """Sign with another library than the one that verifies."""
    signature: bytes = _signer(key).sign(SHA256.new(signed.encode()))
    return signature


@cache
def _signer(key: PrivateKey) -> Any:
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    if isinstance(key, RSAPrivateKey):
        return pkcs1_15.new(RSA.import_key(pem))
    return DSS.new(ECC.import_key(pem), "fips-186-3")


def written(part: Mapping[str, Any] | bytes) -> str:
    return encoded(part if isinstance(part, bytes) else json.dumps(part).encode())


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
