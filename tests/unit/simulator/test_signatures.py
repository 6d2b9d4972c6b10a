"""Recovers the published signatures' signers from their actions alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from coincurve import PrivateKey

from simulators.hyperliquid.addresses import keccak
from simulators.hyperliquid.wire.action_hash import action_hash, l1_digest
from simulators.hyperliquid.wire.actions import L1_ACTIONS
from simulators.hyperliquid.wire.envelope import SignedAction, read_envelope
from simulators.hyperliquid.wire.signatures import recover
from simulators.hyperliquid.wire.user_signed import USER_SIGNED

VECTORS = Path(__file__).parents[2] / "vectors" / "hyperliquid" / "signing.json"
PUBLISHED = json.loads(VECTORS.read_text())["vectors"]
KINDS_BY_TYPE = {kind.name: action for action, kind in USER_SIGNED.items()}


def signer_of(vector: dict[str, Any]) -> str:
    key = PrivateKey.from_hex(vector["private_key"][2:])
    return "0x" + keccak(key.public_key.format(compressed=False)[1:])[-20:].hex()


def l1_vectors() -> list[Any]:
    """Return what is on the wire as it was signed, that is: lower case and known keys."""
    chosen = [v for v in PUBLISHED if v["kind"] == "l1" and "quirk" not in v]
    return [pytest.param(v, id=v["id"]) for v in chosen]


@pytest.mark.parametrize("vector", l1_vectors())
def test_the_signer_of_any_l1_action_is_recovered(vector: dict[str, Any]) -> None:
    connection = action_hash(
        vector["action"], vector["nonce"], vector["vault_address"], vector["expires_after"]
    )
    digest = l1_digest(connection, "Mainnet" if vector["is_mainnet"] else "Testnet")

    assert recover(digest, vector["expected"]) == signer_of(vector)


def envelope_of(vector: dict[str, Any], action: dict[str, Any]) -> dict[str, Any]:
    return {
        "action": action,
        "nonce": vector["nonce"],
        "signature": vector["expected"],
        "vaultAddress": vector.get("vault_address"),
        "expiresAfter": vector.get("expires_after"),
    }


def known_l1_vectors(*, normalised: bool) -> list[Any]:
    known = [p for p in l1_vectors() if p.values[0]["action"]["type"] in L1_ACTIONS]
    return [p for p in known if ("not normalized" in p.values[0].get("note", "")) != normalised]


def read(vector: dict[str, Any]) -> SignedAction:
    chain = "Mainnet" if vector["is_mainnet"] else "Testnet"
    return read_envelope(envelope_of(vector, vector["action"]), chain)


@pytest.mark.parametrize("vector", known_l1_vectors(normalised=True))
def test_the_signer_is_recovered_from_the_whole_request(vector: dict[str, Any]) -> None:
    assert read(vector).signer == signer_of(vector)


@pytest.mark.parametrize("vector", known_l1_vectors(normalised=False))
def test_numbers_with_trailing_zeros_recover_a_stranger(vector: dict[str, Any]) -> None:
    assert read(vector).signer != signer_of(vector)


@pytest.mark.parametrize(
    "vector",
    [
        pytest.param(v, id=v["id"])
        for v in PUBLISHED
        if v["kind"] == "user_signed" and v["primary_type"] in KINDS_BY_TYPE
    ],
)
def test_the_signer_of_a_user_signed_action_is_recovered(vector: dict[str, Any]) -> None:
    action = vector["action"] | {"type": KINDS_BY_TYPE[vector["primary_type"]]}

    signed = read_envelope(envelope_of(vector, action), "Testnet")

    assert signed.signer == signer_of(vector)
