"""Who signed an action, recovered from its own bytes as the venue does it. Pure; holds no key."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from coincurve import PublicKey

from understudy.adapters.keccak import keccak256
from understudy.adapters.venues.hyperliquid.digests import (
    l1_digest,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from understudy.adapters.venues.hyperliquid.constants import Chain

_JSON = json.JSONDecoder(parse_float=Decimal)


def signer_of(body: str, chain: Chain) -> str:
    """Give the lower-case address that signed an `/exchange` body; ValueError if none can have."""
    return signer_of_sent(_JSON.decode(body), chain)


def signer_of_sent(sent: Mapping[str, Any], chain: Chain) -> str:
    """Give the lower-case address that signed a body that is read already."""
    digest = l1_digest(
        sent["action"], sent["nonce"], sent["expiresAfter"], chain, sent["vaultAddress"]
    )
    return recovered_address(digest, sent["signature"])


def recovered_address(digest: bytes, signature: dict[str, str | int]) -> str:
    """Give the lower-case address whose key made a signature over a digest."""
    r, s = (int(str(signature[part]), 16).to_bytes(32, "big") for part in ("r", "s"))
    recovery_id = bytes([int(signature["v"]) - 27])
    key = PublicKey.from_signature_and_message(r + s + recovery_id, digest, hasher=None)
    return "0x" + keccak256(key.format(compressed=False)[1:])[-20:].hex()
