"""The hash of an L1 action and the phantom agent's digest over it."""

from __future__ import annotations

from typing import Any

import msgpack

from simulators.hyperliquid.addresses import keccak
from simulators.hyperliquid.wire.typed_data import digest, domain_separator, struct_hash

AGENT_FIELDS = (("source", "string"), ("connectionId", "bytes32"))
EXCHANGE_CHAIN_ID = 1337
SOURCES = {"Mainnet": "a", "Testnet": "b"}


def action_hash(
    action: dict[str, Any], nonce: int, vault: str | None, expires_after: int | None
) -> bytes:
    """Return the connection id of a canonical action."""
    message = msgpack.packb(action) + nonce.to_bytes(8, "big")
    message += b"\0" if vault is None else b"\1" + bytes.fromhex(vault[2:])
    if expires_after is not None:
        message += b"\0" + expires_after.to_bytes(8, "big")
    return keccak(message)


def l1_digest(connection_id: bytes, chain: str) -> bytes:
    """Return what was signed: the phantom agent of ``chain`` over the connection id."""
    agent = {"source": SOURCES[chain], "connectionId": connection_id}
    return digest(
        domain_separator("Exchange", EXCHANGE_CHAIN_ID), struct_hash("Agent", AGENT_FIELDS, agent)
    )
