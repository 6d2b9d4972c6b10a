"""Reads the two things that KMS writes in DER: a public key on secp256k1, and a signature. Pure.

Only the exact shapes are read; anything else raises ValueError.
"""

from __future__ import annotations

_SEQUENCE, _INTEGER = 0x30, 0x02
_POINT_BYTES = 65
_UNCOMPRESSED = 0x04
# SubjectPublicKeyInfo { ecPublicKey, secp256k1 } up to the point: the same for every key.
_KEY_HEAD = bytes.fromhex("3056301006072a8648ce3d020106052b8104000a034200")


def point_in(public_key: bytes) -> bytes:
    """Give the uncompressed point (65 bytes) of a SubjectPublicKeyInfo on secp256k1."""
    head, point = public_key[: len(_KEY_HEAD)], public_key[len(_KEY_HEAD) :]
    if head != _KEY_HEAD or len(point) != _POINT_BYTES or point[0] != _UNCOMPRESSED:
        raise ValueError("this is no public key on secp256k1")
    return point


def signature_in(encoded: bytes) -> tuple[int, int]:
    """Give r and s of an ECDSA signature."""
    body, rest = _taken(encoded, _SEQUENCE)
    r, body = _taken(body, _INTEGER)
    s, body = _taken(body, _INTEGER)
    if rest or body:
        raise ValueError("bytes follow the signature")
    return int.from_bytes(r, "big"), int.from_bytes(s, "big")


def _taken(encoded: bytes, tag: int) -> tuple[bytes, bytes]:
    """Take one element off; lengths here never need more than one byte."""
    if len(encoded) < 2 or encoded[0] != tag or encoded[1] > len(encoded) - 2:  # noqa: PLR2004  # tag and length
        raise ValueError("this is no DER of a signature")
    end = 2 + encoded[1]
    return encoded[2:end], encoded[end:]
