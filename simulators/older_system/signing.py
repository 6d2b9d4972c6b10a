"""Who signed a text (EIP-191). Other bytes give another address, never an error."""

from __future__ import annotations

from coincurve import PublicKey
from sha3 import keccak_256

_SIGNATURE_BYTES, _RECOVERY_OFFSET = 65, 27


def signer_of(text: str, signature: str) -> str:
    """Give the signer's address in lower case, '' for what is no signature."""
    try:
        raw = bytes.fromhex(signature.removeprefix("0x"))
    except ValueError:
        return ""
    if len(raw) != _SIGNATURE_BYTES or raw[-1] not in (_RECOVERY_OFFSET, _RECOVERY_OFFSET + 1):
        return ""
    recoverable = raw[:64] + bytes([raw[-1] - _RECOVERY_OFFSET])
    try:
        key = PublicKey.from_signature_and_message(recoverable, _digest(text), hasher=None)
    except Exception:  # noqa: BLE001  # the library raises bare Exception for an impossible point
        return ""
    return address_of(key)


def address_of(key: PublicKey) -> str:
    """Give a key's address in lower case."""
    return "0x" + _keccak(key.format(compressed=False)[1:])[12:].hex()


def _digest(text: str) -> bytes:
    raw = text.encode()
    return _keccak(b"\x19Ethereum Signed Message:\n%d" % len(raw) + raw)


def _keccak(data: bytes) -> bytes:
    return bytes(keccak_256(data).digest())
