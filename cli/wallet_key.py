"""A follower's wallet key for demo and tests: signs texts and typed actions. Never a user's key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coincurve import PrivateKey

from understudy.adapters.identity.ethereum import (
    checksum_address,
    personal_message_digest,
)
from understudy.adapters.keccak import keccak256
from understudy.adapters.venues.hyperliquid.typed_data import user_signed_digest

if TYPE_CHECKING:
    from collections.abc import Mapping

LEGACY_RECOVERY_BASE = 27


class WalletKey:
    """Signs as a browser wallet would."""

    def __init__(self, secret: bytes) -> None:
        self._key = PrivateKey(secret)
        point = self._key.public_key.format(compressed=False)
        self.address = checksum_address("0x" + keccak256(point[1:])[12:].hex())

    def __repr__(self) -> str:
        return f"WalletKey({self.address})"

    def sign_text(self, text: str) -> str:
        """Sign a text (EIP-191); 0x and 65 bytes in hex."""
        return self._signed(personal_message_digest(text))

    def sign_action(self, action: Mapping[str, Any]) -> str:
        """Sign a user-signed action of Hyperliquid (EIP-712); 0x and 65 bytes in hex."""
        return self._signed(user_signed_digest(action))

    def _signed(self, digest: bytes) -> str:
        raw = self._key.sign_recoverable(digest, hasher=None)
        return "0x" + raw[:64].hex() + f"{LEGACY_RECOVERY_BASE + raw[64]:02x}"
