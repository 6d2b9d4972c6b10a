"""Keccak-256 as Ethereum hashes with it (not SHA3-256). Pure.

Its library parses C when it is imported, so it comes with the first hash: most starts need none.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from Crypto.Hash.keccak import Keccak_Hash


def keccak256(data: bytes) -> bytes:
    """Hash with Keccak-256."""
    return _hasher()(digest_bits=256, data=data).digest()


@cache
def _hasher() -> Callable[..., Keccak_Hash]:
    from Crypto.Hash import keccak  # noqa: PLC0415 - with the first hash

    return keccak.new
