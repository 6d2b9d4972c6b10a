"""Opens the older system's keys (AES-256-GCM, `iv.ciphertext.tag` in base64) for one block."""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from custody.keys import KeyUnusableError
from custody.secp256k1 import SigningKey, address_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from custody.migration.legacy import LegacyUser

_IV_BYTES, _TAG_BYTES = 12, 16
_PRIVATE_KEY = re.compile(r"(?:0x)?([0-9a-fA-F]{64})")


class LegacyKeys:
    """Opens keys by the older system's secret, from which it made its key by one SHA-256."""

    def __init__(self, secret: str) -> None:
        self._key = hashlib.sha256(secret.encode()).digest()

    def __repr__(self) -> str:
        return "LegacyKeys()"

    @contextmanager
    def opened(self, user: LegacyUser) -> Iterator[SigningKey]:
        """Open a user's key; raises KeyUnusableError for one that is spoilt or not the owner's."""
        secret = self._opened(user.sealed_key)
        if _address_of(secret) != user.owner_address:
            raise KeyUnusableError("the legacy key is not that of the wallet's owner")
        key = SigningKey(secret)
        try:
            yield key
        finally:
            key.forget()

    def _opened(self, sealed: str) -> bytes:
        try:
            iv, ciphertext, tag = (b64decode(part, validate=True) for part in sealed.split("."))
            # Which part is the tag must not be a question of where a text is cut.
            is_whole = (len(iv), len(tag)) == (_IV_BYTES, _TAG_BYTES)
            text = AESGCM(self._key).decrypt(iv, ciphertext + tag, None).decode()
        except (ValueError, InvalidTag) as error:
            raise KeyUnusableError("the legacy key does not open") from error
        found = _PRIVATE_KEY.fullmatch(text) if is_whole else None
        if found is None:
            raise KeyUnusableError("what opened is no private key")
        return bytes.fromhex(found[1])


def _address_of(secret: bytes) -> str:
    try:
        return address_of(secret)
    except ValueError as error:  # not every 32 bytes are a key: zero is none
        raise KeyUnusableError("what opened is no private key") from error
