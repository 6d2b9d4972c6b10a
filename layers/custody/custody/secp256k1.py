"""A signing key on secp256k1: recoverable, low-s, deterministic (RFC 6979). Holds, never stores."""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple

from coincurve import PrivateKey, PublicKey
from coincurve.context import GLOBAL_CONTEXT
from coincurve.utils import GROUP_ORDER_INT, validate_secret

from understudy.adapters.keccak import keccak256


class Signature(NamedTuple):
    """An ECDSA signature with the recovery id as Ethereum writes it (27 or 28)."""

    r: int
    s: int
    v: int

    @property
    def mark(self) -> str:
        """Tell it from any other without showing it: sha256 over r, s (32 bytes each) and v."""
        raw = self.r.to_bytes(32, "big") + self.s.to_bytes(32, "big") + bytes([self.v])
        return sha256(raw).hexdigest()


class SigningKey(PrivateKey):
    """A key that only signs.

    The base derives two public keys when it is made, which costs more than a signature and which
    no signature needs; so this one does not call it.
    """

    def __init__(self, secret: bytes) -> None:
        self.secret = validate_secret(secret)
        self.context = GLOBAL_CONTEXT

    def __repr__(self) -> str:
        return "SigningKey()"

    def signature_of(self, digest: bytes) -> Signature:
        """Sign 32 bytes; the same bytes give the same signature."""
        raw = self.sign_recoverable(digest, hasher=None)
        return Signature(
            int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:64], "big"), 27 + raw[64]
        )

    def forget(self) -> None:
        """Let go of the secret: Python cannot overwrite bytes, only drop them."""
        self.secret = b""


def address_of(secret: bytes) -> str:
    """Give the lower-case address of a secret key."""
    key = PublicKey.from_valid_secret(validate_secret(secret))
    return address_of_point(key.format(compressed=False))


def recovered(digest: bytes, r: int, s: int, address: str) -> Signature | None:
    """Complete a signature made elsewhere: low-s, with the recovery id that gives this address.

    None when it is no signature of this address.
    """
    if not (0 < r < GROUP_ORDER_INT and 0 < s < GROUP_ORDER_INT):
        return None
    low = min(s, GROUP_ORDER_INT - s)
    for recovery_id in (0, 1):
        compact = r.to_bytes(32, "big") + low.to_bytes(32, "big") + bytes([recovery_id])
        if _signer_of(digest, compact) == address:
            return Signature(r, low, 27 + recovery_id)
    return None


def address_of_point(point: bytes) -> str:
    """Give the lower-case address of an uncompressed public key (65 bytes)."""
    return "0x" + keccak256(point[1:])[12:].hex()


def _signer_of(digest: bytes, compact: bytes) -> str:
    try:
        key = PublicKey.from_signature_and_message(compact, digest, hasher=None)
    except ValueError:  # no point on the curve has this r
        return ""
    return address_of_point(key.format(compressed=False))
