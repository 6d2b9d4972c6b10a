"""Keccak-256 as Ethereum hashes with it (not SHA3-256). Pure.

Its library parses C when it is imported, so it comes with the first hash: most starts need none.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from Crypto.Hash.keccak import Keccak_Hash


# The same bytes are hashed again by whoever recovers who signed them, and an address is the hash of
# the same key each time. Nothing secret is hashed here.
@lru_cache(maxsize=128)
def keccak256(data: bytes) -> bytes:
    """Hash with Keccak-256."""
    return _hasher()(digest_bits=256, data=data).digest()


@cache
def _hasher() -> Callable[..., Keccak_Hash]:
    from Crypto.Hash import keccak  # noqa: PLC0415 - with the first hash

    return keccak.new
