"""What an account's own wallet signs: every vector, and the payload that a wallet is shown."""

from __future__ import annotations

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data

from tests.unit.venues.hyperliquid.signing_vectors import (
    Row,
    chain_of,
    generated_cases,
    name_of,
    published,
    signature,
)
from understudy.adapters.venues.hyperliquid.constants import Chain
from understudy.adapters.venues.hyperliquid.digests import (
    action_hash,
)
from understudy.adapters.venues.hyperliquid.typed_data import (
    USER_SIGNED,
    Structure,
    address_bytes,
    domain_separator,
    signing_digest,
    structure_hash,
    user_signed_digest,
    wallet_request,
)
from understudy.adapters.venues.hyperliquid.wire import (
    Builder,
    approve_agent_action,
    approve_builder_fee_action,
)

# public: the key of the official client's own tests
KEY = "0x0123456789012345678901234567890123456789012345678901234567890123"
AGENT = "0x286edfa08c04f6899dab3bfdecf2dd133f9733b9"
TYPE_OF = {structure.name: kind for kind, structure in USER_SIGNED.items()}


def _as_signed(row: Row) -> Row:
    # Old clients leave the type out of what they sign, and an unnamed agent's empty name.
    return {"agentName": "", **row["action"], "type": TYPE_OF[row["primary_type"]]}


@pytest.mark.parametrize("row", published("user_signed"), ids=name_of)
def test_a_published_action_of_a_wallet_has_the_same_signature(row: Row) -> None:
    digest = user_signed_digest(_as_signed(row))

    assert signature(row["private_key"], digest) == row["expected"]["signature_hex"]


@pytest.mark.parametrize("row", generated_cases("user_signed"), ids=name_of)
def test_a_generated_action_of_a_wallet_has_the_same_stages(row: Row) -> None:
    action, expected = _as_signed(row), row["expected"]
    chain_id = int(row["signature_chain_id"], 16)
    domain = domain_separator("HyperliquidSignTransaction", chain_id)
    digest = user_signed_digest(action)

    assert "0x" + domain.hex() == expected["domain_separator"]
    assert (
        "0x" + structure_hash(USER_SIGNED[action["type"]], action).hex()
        == (expected["struct_hash"])
    )
    assert "0x" + digest.hex() == expected["eip712_digest"]
    assert signature(row["private_key"], digest) == expected["signature_hex"]


@pytest.mark.parametrize("row", published("user_signed"), ids=name_of)
def test_the_declared_fields_are_those_of_the_venue(row: Row) -> None:
    declared = USER_SIGNED[TYPE_OF[row["primary_type"]]].fields

    assert [{"name": name, "type": kind} for name, kind in declared] == row["types"]


@pytest.mark.parametrize("row", published("multi_sig_user_signed"), ids=name_of)
def test_a_member_of_a_shared_account_signs_with_both_owners_named(row: Row) -> None:
    plain = USER_SIGNED[TYPE_OF[row["primary_type"]]]
    owners = (("payloadMultiSigUser", "address"), ("outerSigner", "address"))
    structure = Structure(plain.name, (plain.fields[0], *owners, *plain.fields[1:]))
    named = {
        **row["action"],
        "payloadMultiSigUser": row["multi_sig_user"],
        "outerSigner": row["outer_signer"],
    }
    domain = domain_separator("HyperliquidSignTransaction", 0x66EEE)
    digest = signing_digest(domain, structure_hash(structure, named))

    assert signature(row["private_key"], digest) == row["expected_inner"]["signature_hex"]


@pytest.mark.parametrize("row", published("multi_sig_l1", "multi_sig_user_signed"), ids=name_of)
def test_a_shared_accounts_sender_signs_the_hash_of_all(row: Row) -> None:
    whole = {name: part for name, part in row["multi_sig_action"].items() if name != "type"}
    hashed = action_hash(whole, row["nonce"], row.get("expires_after"), row.get("vault_address"))
    envelope = {
        "type": "multiSig",
        "signatureChainId": "0x66eee",
        "hyperliquidChain": chain_of(row).value,
        "multiSigActionHash": hashed,
        "nonce": row["nonce"],
    }
    digest = user_signed_digest(envelope)

    assert signature(row["private_key"], digest) == row["expected"]["signature_hex"]


def test_a_wallet_that_signs_the_request_signs_our_digest() -> None:
    action = approve_agent_action(
        agent_address=AGENT,
        agent_name="copies",
        valid_until_ms=1_800_000_000_000,
        nonce=1_795_000_000_000,
        chain=Chain.TESTNET,
    )
    asked = encode_typed_data(full_message=wallet_request(action))
    signed = Account.from_key(KEY).sign_message(asked)

    assert signature(KEY, user_signed_digest(action)) == "0x" + signed.signature.hex()


def test_a_builder_fee_is_approved_in_percent() -> None:
    action = approve_builder_fee_action(
        builder=Builder(AGENT.upper().replace("X", "x", 1), 25), nonce=1, chain=Chain.MAINNET
    )

    assert action["maxFeeRate"] == "0.025%"
    assert action["builder"] == AGENT


def test_an_address_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="40 hex digits"):
        address_bytes("0x1234")
