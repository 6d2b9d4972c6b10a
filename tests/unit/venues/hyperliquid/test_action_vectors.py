"""Every vector of agent-signed actions, byte for byte."""

from __future__ import annotations

import pytest

from tests.unit.venues.hyperliquid.signing_vectors import (
    Row,
    chain_of,
    generated_cases,
    name_of,
    published,
    published_quirk,
    signature,
)
from understudy.adapters.venues.hyperliquid.digests import (
    action_hash,
    connection_digest,
    l1_digest,
    pack,
)
from understudy.adapters.venues.hyperliquid.typed_data import address_bytes


@pytest.mark.parametrize("row", generated_cases("l1"), ids=name_of)
def test_a_generated_action_gives_the_same_bytes_hash_digest_and_signature(row: Row) -> None:
    expected = row["expected"]
    pinned = (row["action"], row["nonce"], row["expires_after"])
    digest = l1_digest(*pinned, chain_of(row), row["vault_address"])

    assert pack(row["action"]).hex() == expected["msgpack_hex"]
    assert "0x" + action_hash(*pinned, row["vault_address"]).hex() == expected["action_hash"]
    assert "0x" + digest.hex() == expected["eip712_digest"]
    assert signature(row["private_key"], digest) == expected["signature_hex"]


@pytest.mark.parametrize("row", published("l1", "action_hash"), ids=name_of)
def test_a_published_action_has_the_same_hash(row: Row) -> None:
    hashed = action_hash(row["action"], row["nonce"], row["expires_after"], row["vault_address"])

    assert "0x" + hashed.hex() == row["action_hash"]


def test_the_published_action_that_is_never_sent_hashes_with_its_address_as_bytes() -> None:
    row = published_quirk("builder_as_raw_bytes")
    action = {**row["action"], "builder": address_bytes(row["action"]["builder"])}

    assert "0x" + action_hash(action, row["nonce"], None).hex() == row["action_hash"]


@pytest.mark.parametrize("row", published("l1"), ids=name_of)
def test_a_published_action_has_the_same_signature(row: Row) -> None:
    pinned = (row["action"], row["nonce"], row["expires_after"])
    digest = l1_digest(*pinned, chain_of(row), row["vault_address"])

    assert signature(row["private_key"], digest) == row["expected"]["signature_hex"]


@pytest.mark.parametrize("row", published("connection_id"), ids=name_of)
def test_a_published_action_hash_has_the_same_signature(row: Row) -> None:
    digest = connection_digest(bytes.fromhex(row["action_hash"][2:]), chain_of(row))

    assert signature(row["private_key"], digest) == row["expected"]["signature_hex"]


@pytest.mark.parametrize("row", published("multi_sig_l1"), ids=name_of)
def test_a_member_of_a_shared_account_signs_action_and_owners_together(row: Row) -> None:
    envelope = [row["multi_sig_user"].lower(), row["outer_signer"].lower(), row["action"]]
    digest = l1_digest(envelope, row["nonce"], row["expires_after"], chain_of(row))

    assert signature(row["private_key"], digest) == row["expected_inner"]["signature_hex"]


def test_the_same_action_has_another_digest_on_the_other_network() -> None:
    row = generated_cases("l1")[0]
    other = {**row, "is_mainnet": not row["is_mainnet"]}
    pinned = (row["action"], row["nonce"], row["expires_after"])

    assert l1_digest(*pinned, chain_of(row)) != l1_digest(*pinned, chain_of(other))
