"""Keccak-256 as Ethereum hashes with it (not SHA3-256). Pure."""

from __future__ import annotations

from sha3 import keccak_256


def keccak256(data: bytes) -> bytes:
    """Hash with Keccak-256."""
    return bytes(keccak_256(data).digest())
