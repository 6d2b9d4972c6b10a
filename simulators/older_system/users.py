"""The older system's users, as its export has them: each key sealed by the system's one secret."""

from __future__ import annotations

import hashlib
import os
from base64 import b64encode
from typing import TYPE_CHECKING
from uuid import uuid4

from coincurve import PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from simulators.older_system.books import Books, Kind, Wallet
from simulators.older_system.signing import address_of

if TYPE_CHECKING:
    from decimal import Decimal

SECRET = "the stand-in older system's own secret"  # good for this stand-in alone
_IV_BYTES, _TAG_BYTES = 12, 16
_KINDS = tuple(Kind)


def new_users(books: Books, count: int, usdc: Decimal) -> list[dict[str, str]]:
    """Make users with a wallet of each kind in turn; the export is all that has their keys."""
    return [_new_user(books, _KINDS[number % len(_KINDS)], usdc) for number in range(count)]


def _new_user(books: Books, kind: Kind, usdc: Decimal) -> dict[str, str]:
    key = PrivateKey()
    owner = address_of(key.public_key)
    address = owner if kind is Kind.EOA else "0x" + os.urandom(20).hex()
    books.wallets[address] = Wallet(owner, kind, usdc)
    return {
        "user_id": f"older-{uuid4().hex}",
        "wallet_address": address,
        "kind": kind.value,
        "owner_address": owner,
        "sealed_key": sealed(key.secret, os.urandom(_IV_BYTES)),
    }


def sealed(secret: bytes, iv: bytes) -> str:
    """Write a key as the older system did: AES-256-GCM, `iv.ciphertext.tag` in base64."""
    cipher = AESGCM(hashlib.sha256(SECRET.encode()).digest())
    closed = cipher.encrypt(iv, f"0x{secret.hex()}".encode(), None)
    ciphertext, tag = closed[:-_TAG_BYTES], closed[-_TAG_BYTES:]
    return ".".join(b64encode(part).decode() for part in (iv, ciphertext, tag))
