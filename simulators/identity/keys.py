"""The signing keys of one provider, made at its start: what it signs with and what it publishes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

RSA_BITS = 2048
RSA_EXPONENT = 65_537

Algorithm = Literal["ES256", "RS256"]
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def new_private_key(algorithm: Algorithm) -> PrivateKey:
    """Make a key for an algorithm."""
    if algorithm == "ES256":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(RSA_EXPONENT, RSA_BITS)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key with its name."""

    algorithm: Algorithm
    private: PrivateKey
    key_id: str = field(default_factory=lambda: uuid4().hex)

    def published(self) -> dict[str, Any]:
        """Write the public half as a key set has it."""
        if isinstance(self.private, rsa.RSAPrivateKey):
            written = RSAAlgorithm.to_jwk(self.private.public_key())
        else:
            written = ECAlgorithm.to_jwk(self.private.public_key())
        public = json.loads(written)
        public.pop("key_ops", None)
        return {**public, "kid": self.key_id, "use": "sig", "alg": self.algorithm}

    def sign(self, claims: dict[str, Any]) -> str:
        """Write claims as a token."""
        headers = {"kid": self.key_id, "typ": "JWT"}
        return jwt.encode(claims, self.private, self.algorithm, headers)


class KeyChain:
    """The keys of one provider, the newest first; it signs with that one."""

    def __init__(self, algorithm: Algorithm) -> None:
        """Make the first key."""
        self._algorithm = algorithm
        self.keys = [self._new()]

    @property
    def newest(self) -> SigningKey:
        """The key that signs now."""
        return self.keys[0]

    def rotate(self, *, keep_old: bool) -> None:
        """Sign with a new key; the old ones stay published for a while, or are gone at once."""
        self.keys = [self._new(), *(self.keys if keep_old else ())]

    def key_set(self) -> dict[str, Any]:
        """Write the published keys."""
        return {"keys": [key.published() for key in self.keys]}

    def _new(self) -> SigningKey:
        return SigningKey(self._algorithm, new_private_key(self._algorithm))
