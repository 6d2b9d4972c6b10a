"""Ethereum addresses and signatures: checksums, and who signed a digest. Pure; holds no key."""

from __future__ import annotations

import re

from understudy.adapters.keccak import keccak256
from understudy.domain.errors import InvalidInputError

ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")

_SIGNATURE = re.compile(r"0x[0-9a-fA-F]{130}")
_ORDER = 2**256 - 0x1_45512319_50B75FC4_402DA173_2FC9BEBF
_RECOVERY_IDS = {0: 0, 1: 1, 27: 0, 28: 1}
_FIRST_UPPER_NIBBLE = 8


def checksum_address(address: str) -> str:
    """Write an address with the capitals of EIP-55."""
    digits = address[2:].lower()
    nibbles = keccak256(digits.encode()).hex()
    return "0x" + "".join(
        digit.upper() if int(nibble, 16) >= _FIRST_UPPER_NIBBLE else digit
        for digit, nibble in zip(digits, nibbles, strict=False)
    )


def personal_message_digest(text: str) -> bytes:
    """Give the digest that a wallet signs for a text (EIP-191): over its UTF-8 bytes."""
    raw = text.encode()
    return keccak256(b"\x19Ethereum Signed Message:\n%d" % len(raw) + raw)


def split_signature(signature: str) -> tuple[int, int, int]:
    """Read a signature of 65 bytes in hex as r, s and recovery id (0 or 1).

    Raises InvalidInputError for another length (a contract wallet's, which needs the chain to
    verify), and for values that no honest signer makes: zero, above the order, high s.
    """
    if not _SIGNATURE.fullmatch(signature):
        raise InvalidInputError(
            "the signature must be 0x and 65 bytes in hex, made by the wallet's own key;"
            " signatures of contract wallets (EIP-1271, EIP-6492) cannot be verified here",
            code="SIGNATURE_UNSUPPORTED",
        )
    raw = bytes.fromhex(signature[2:])
    r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:64], "big")
    if raw[64] not in _RECOVERY_IDS or not 0 < r < _ORDER or not 0 < s <= _ORDER // 2:
        raise InvalidInputError(
            "the signature must have v of 0, 1, 27 or 28 and a low s", code="SIGNATURE_MALFORMED"
        )
    return r, s, _RECOVERY_IDS[raw[64]]


def recover_address(digest: bytes, signature: str) -> str:
    """Give the lower-case address whose key signed the digest.

    Raises InvalidInputError for a malformed signature, or one that no key can have made.
    """
    from coincurve import PublicKey  # noqa: PLC0415  # most starts recover nobody

    r, s, recovery_id = split_signature(signature)
    compact = r.to_bytes(32, "big") + s.to_bytes(32, "big") + bytes([recovery_id])
    try:
        point = PublicKey.from_signature_and_message(compact, digest, hasher=None)
    except ValueError as error:
        raise InvalidInputError(
            "no key can have made this signature", code="SIGNATURE_MALFORMED"
        ) from error
    return "0x" + keccak256(point.format(compressed=False)[1:])[12:].hex()
