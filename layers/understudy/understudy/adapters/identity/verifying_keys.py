"""Verifies ES256 and RS256 signatures with public keys. Pure; it makes no signature and no key."""

from __future__ import annotations

from dataclasses import dataclass

from Crypto.Hash import SHA256
from Crypto.PublicKey import ECC, RSA
from Crypto.Signature import DSS, pkcs1_15

ES256_SIGNATURE_BYTES = 64
RSA_BITS = range(2048, 8193)
LEAST_EXPONENT = 3


@dataclass(frozen=True, slots=True)
class Es256Key:
    """A point on P-256; its signatures are r and s side by side, 64 bytes."""

    point: ECC.EccKey

    def has_signed(self, signed: bytes, signature: bytes) -> bool:
        """Say whether this key's owner signed exactly these bytes."""
        if len(signature) != ES256_SIGNATURE_BYTES:
            return False
        try:
            DSS.new(self.point, "fips-186-3").verify(SHA256.new(signed), signature)
        except ValueError:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Rs256Key:
    """An RSA key of 2048 bits or more; its signatures are PKCS #1 v1.5."""

    key: RSA.RsaKey

    def has_signed(self, signed: bytes, signature: bytes) -> bool:
        """Say whether this key's owner signed exactly these bytes."""
        try:
            pkcs1_15.new(self.key).verify(SHA256.new(signed), signature)
        except ValueError:
            return False
        return True


def es256_key(curve: str, x: int, y: int) -> Es256Key:
    """Make a key of its coordinates; raises ValueError for a point that is not on P-256."""
    if curve != "P-256":
        raise ValueError("the key is on another curve")
    return Es256Key(ECC.construct(curve="P-256", point_x=x, point_y=y))


def rs256_key(modulus: int, exponent: int) -> Rs256Key:
    """Make a key of its numbers; raises ValueError for one that is too short or too long."""
    if modulus.bit_length() not in RSA_BITS or exponent < LEAST_EXPONENT or not exponent % 2:
        raise ValueError("the key must have 2048 to 8192 bits and an odd exponent")
    return Rs256Key(RSA.construct((modulus, exponent), consistency_check=True))
