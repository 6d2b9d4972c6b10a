"""The bytes are the official SDK's, and what is recovered from them is the agent."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from coincurve import PrivateKey
from eth_account import Account
from hyperliquid.utils.signing import recover_agent_or_user_from_l1_action, sign_l1_action
from hypothesis import given
from hypothesis import strategies as st

from custody.hyperliquid import Terms, draft, signed
from custody.secp256k1 import SigningKey, address_of
from tests.unit.custody.scene import NOW_MS, Scene
from understudy.adapters.venues.hyperliquid.constants import Chain
from understudy.adapters.venues.hyperliquid.wire import Builder
from understudy.domain.trades import Side

SECRETS = st.binary(min_size=32, max_size=32).filter(lambda raw: 0 < int.from_bytes(raw) < 2**255)
SIZES = st.decimals("0.00001", 1000, places=5)
PRICES = st.decimals("0.001", 100_000, places=3)


def recovered(body: dict[str, Any], *, mainnet: bool) -> str:
    signer = recover_agent_or_user_from_l1_action(
        body["action"], body["signature"], None, body["nonce"], body["expiresAfter"], mainnet
    )
    return str(signer).lower()


@given(SECRETS, SIZES, PRICES, st.sampled_from(Side), st.integers(1, 2**53), st.sampled_from(Chain))
def test_a_signed_order_equals_the_official_sdks(
    secret: bytes, size: Decimal, price: Decimal, side: Side, nonce: int, chain: Chain
) -> None:
    scene = Scene()
    intent = scene.entry(size=size, limit_price=price, side=side, nonce=nonce)

    drafted = draft(intent, Terms(chain))
    signature = SigningKey(secret).signature_of(drafted.digest)
    body = json.loads(signed(drafted, signature).body)

    is_mainnet = chain is Chain.MAINNET
    expected = sign_l1_action(
        Account.from_key(secret), body["action"], None, nonce, intent.expires_at_ms, is_mainnet
    )
    ours = body["signature"]
    assert [int(ours[part], 16) for part in "rs"] == [int(expected[part], 16) for part in "rs"]
    assert ours["v"] == expected["v"]


def test_the_recovered_address_is_the_agents_for_every_kind() -> None:
    scene = Scene()

    for intent in (scene.entry(), scene.exit(), scene.leverage()):
        body = json.loads(scene.signed(intent).body)
        assert recovered(body, mainnet=False) == scene.agent.address


def test_a_testnet_signature_is_nobodys_on_mainnet() -> None:
    scene = Scene()
    body = json.loads(scene.signed(scene.entry()).body)

    assert recovered(body, mainnet=True) != scene.agent.address


def test_the_body_says_what_the_intent_says() -> None:
    scene = Scene()
    intent = scene.exit()

    body = json.loads(scene.signed(intent).body)

    assert body["action"]["orders"] == [
        {
            "a": 0,
            "b": False,
            "p": "50250",
            "s": "0.1",
            "r": True,
            "t": {"limit": {"tif": "Ioc"}},
            "c": intent.client_order_id,
        }
    ]
    assert (body["nonce"], body["expiresAfter"]) == (NOW_MS, NOW_MS + 8000)
    assert "builder" not in body["action"]


def test_a_builder_fee_is_in_the_action_only_where_the_deployment_has_one() -> None:
    terms = Terms(Chain.TESTNET, Builder("0x" + "0B" * 20, 10))

    drafted = draft(Scene().entry(), terms)

    assert drafted.action["builder"] == {"b": "0x" + "0b" * 20, "f": 10}


@given(SECRETS, st.binary(min_size=32, max_size=32))
def test_a_key_that_only_signs_signs_like_the_librarys_own(secret: bytes, digest: bytes) -> None:
    raw = PrivateKey(secret).sign_recoverable(digest, hasher=None)

    signature = SigningKey(secret).signature_of(digest)

    packed = signature.r.to_bytes(32) + signature.s.to_bytes(32) + bytes([signature.v - 27])
    assert packed == raw


@given(SECRETS)
def test_an_address_is_the_one_everybody_derives(secret: bytes) -> None:
    assert address_of(secret) == Account.from_key(secret).address.lower()


def test_a_key_does_not_show_itself() -> None:
    secret = bytes(range(1, 33))
    key = SigningKey(secret)

    assert secret.hex() not in repr(key)
    assert repr(key) == "SigningKey()"
