"""Recovers who signed. A digest over other bytes yields another address, never an error."""

from __future__ import annotations

from typing import Any

from coincurve import PublicKey

from simulators.hyperliquid import texts
from simulators.hyperliquid.addresses import keccak
from simulators.hyperliquid.refusal import ActionRefusedError, MalformedRequestError

_RECOVERY_OFFSET = 27
_SCALAR_BYTES = 32


def recover(digest: bytes, signature: Any) -> str:
    """Return the signer's address in lower case."""
    if not isinstance(signature, dict):
        raise MalformedRequestError
    r, s = (_scalar(signature.get(part)) for part in ("r", "s"))
    v = signature.get("v")
    if not isinstance(v, int):
        raise MalformedRequestError
    if v not in (_RECOVERY_OFFSET, _RECOVERY_OFFSET + 1):
        raise ActionRefusedError(texts.UNRECOVERABLE_SIGNER)
    try:
        key = PublicKey.from_signature_and_message(
            r + s + bytes([v - _RECOVERY_OFFSET]), digest, hasher=None
        )
    except Exception as error:  # the library raises bare Exception for an impossible point
        raise ActionRefusedError(texts.UNRECOVERABLE_SIGNER) from error
    return "0x" + keccak(key.format(compressed=False)[1:])[-20:].hex()


def _scalar(text: Any) -> bytes:
    # Official clients send minimal hex without padding, so the length varies.
    if not isinstance(text, str) or not text.startswith("0x"):
        raise MalformedRequestError
    try:
        return int(text, 16).to_bytes(_SCALAR_BYTES, "big")
    except (ValueError, OverflowError) as error:
        raise MalformedRequestError from error
