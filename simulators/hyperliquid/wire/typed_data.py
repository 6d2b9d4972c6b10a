"""Just enough EIP-712 for this venue: flat structs of six field types."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from simulators.hyperliquid.addresses import keccak

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

TypedField = tuple[str, str]
_WORD = 32


def _uint(value: int) -> bytes:
    return value.to_bytes(_WORD, "big")


def _address(value: str) -> bytes:
    return bytes.fromhex(value[2:]).rjust(_WORD, b"\0")


_ENCODERS: dict[str, Callable[[Any], bytes]] = {
    "string": lambda value: keccak(value.encode()),
    "address": _address,
    "uint64": _uint,
    "uint256": _uint,
    "bool": lambda value: _uint(int(value)),
    "bytes32": lambda value: value,
}


@lru_cache(maxsize=128)
def type_hash(name: str, fields: tuple[TypedField, ...]) -> bytes:
    """Return the hash of a struct's type."""
    members = ",".join(f"{kind} {key}" for key, kind in fields)
    return keccak(f"{name}({members})".encode())


def struct_hash(name: str, fields: Sequence[TypedField], message: Mapping[str, Any]) -> bytes:
    """Return the hash of a struct's value."""
    encoded = b"".join(_ENCODERS[kind](message[key]) for key, kind in fields)
    return keccak(type_hash(name, tuple(fields)) + encoded)


_DOMAIN_FIELDS: tuple[TypedField, ...] = (
    ("name", "string"),
    ("version", "string"),
    ("chainId", "uint256"),
    ("verifyingContract", "address"),
)


@lru_cache(maxsize=128)
def domain_separator(name: str, chain_id: int) -> bytes:
    """Return the separator of a version 1 domain without a contract."""
    return struct_hash(
        "EIP712Domain",
        _DOMAIN_FIELDS,
        {
            "name": name,
            "version": "1",
            "chainId": chain_id,
            "verifyingContract": "0x" + "0" * 40,
        },
    )


def digest(separator: bytes, hashed_struct: bytes) -> bytes:
    """Return what is signed."""
    return keccak(b"\x19\x01" + separator + hashed_struct)
