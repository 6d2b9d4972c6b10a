"""The 32 bytes that an agent signs for an action: packed, hashed, bound to one network.

Pure: no I/O, no key, no clock. It hashes actions as they are and builds none.
"""

from __future__ import annotations

import msgpack

from understudy.adapters.keccak import keccak256
from understudy.adapters.venues.hyperliquid.constants import Chain
from understudy.adapters.venues.hyperliquid.typed_data import (
    Structure,
    address_bytes,
    domain_separator,
    signing_digest,
    type_hash,
)

# The phantom agent's domain is the same on both networks; only its source tells them apart.
_AGENT_DOMAIN = domain_separator("Exchange", 1337)
_AGENT_TYPE = type_hash(Structure("Agent", (("source", "string"), ("connectionId", "bytes32"))))
_AGENT_PREFIX = {
    Chain.MAINNET: _AGENT_TYPE + keccak256(b"a"),
    Chain.TESTNET: _AGENT_TYPE + keccak256(b"b"),
}


def pack(action: object) -> bytes:
    """Pack an action as msgpack in the order of its keys."""
    return bytes(msgpack.packb(action, use_bin_type=True))


def action_hash(
    action: object, nonce: int, expires_after: int | None, vault: str | None = None
) -> bytes:
    """Hash an action with its nonce, the vault it trades for and its expiry (ms), if any."""
    owner = b"\0" if vault is None else b"\x01" + address_bytes(vault)
    expiry = b"" if expires_after is None else b"\0" + expires_after.to_bytes(8, "big")
    return keccak256(pack(action) + nonce.to_bytes(8, "big") + owner + expiry)


def connection_digest(connection_id: bytes, chain: Chain) -> bytes:
    """Give the digest that signs an action's hash on one network."""
    return signing_digest(_AGENT_DOMAIN, keccak256(_AGENT_PREFIX[chain] + connection_id))


def l1_digest(
    action: object, nonce: int, expires_after: int | None, chain: Chain, vault: str | None = None
) -> bytes:
    """Give the 32 bytes that an agent signs for an action (three keccaks)."""
    return connection_digest(action_hash(action, nonce, expires_after, vault), chain)
