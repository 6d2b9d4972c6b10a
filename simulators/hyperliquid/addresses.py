"""Keccak and addresses, and the addresses this venue invents for its own participants."""

from __future__ import annotations

import re

from sha3 import keccak_256

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")
ZERO_ADDRESS = "0x" + "0" * 40
COUNTERPARTIES = 16


def keccak(message: bytes) -> bytes:
    """Return the 32-byte Keccak-256 of ``message``."""
    return bytes(keccak_256(message).digest())


def is_address(text: object) -> bool:
    """Tell whether ``text`` is ``0x`` and 40 hex digits, in any case."""
    return isinstance(text, str) and _ADDRESS.fullmatch(text) is not None


def named_address(name: str) -> str:
    """Return the address of a participant known by ``name`` only."""
    return "0x" + keccak(f"understudy:{name}".encode())[-20:].hex()


HOUSE = named_address("house")
_COUNTERPARTY_ADDRESSES = tuple(
    named_address(f"counterparty:{number}") for number in range(COUNTERPARTIES)
)


def counterparty(number: int) -> str:
    """Return one of the fixed strangers on the other side of recorded fills."""
    return _COUNTERPARTY_ADDRESSES[number % COUNTERPARTIES]
