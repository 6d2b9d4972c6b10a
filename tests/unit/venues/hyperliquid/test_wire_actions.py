"""Actions as we build them: the official client makes the same bytes, bad content is refused."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from eth_account import Account
from hyperliquid.utils.signing import (
    order_request_to_order_wire,
    order_wires_to_order_action,
    sign_l1_action,
)
from hyperliquid.utils.types import Cloid
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.venues.hyperliquid.signing_vectors import signature
from understudy.adapters.venues.hyperliquid.constants import ZERO_ADDRESS, Chain
from understudy.adapters.venues.hyperliquid.digests import (
    l1_digest,
    pack,
)
from understudy.adapters.venues.hyperliquid.signers import signer_of
from understudy.adapters.venues.hyperliquid.wire import (
    Builder,
    approve_agent_action,
    exchange_body,
    leverage_action,
    order_action,
)
from understudy.domain.errors import InvalidInputError

# public: the key of the official client's own tests
KEY = "0x0123456789012345678901234567890123456789012345678901234567890123"
WALLET = Account.from_key(KEY)
CLIENT_ORDER_ID = "0x" + "5a" * 16
BUILDER = Builder("0xC5229F0c89162bb3c6a55124a97181032431f882", 10)
ORDER: dict[str, Any] = {
    "asset": 4,
    "is_buy": True,
    "price": Decimal("1670.1"),
    "size": Decimal("0.0147"),
    "reduce_only": False,
    "client_order_id": CLIENT_ORDER_ID,
}

orders = st.fixed_dictionaries(
    {
        "asset": st.one_of(st.integers(0, 250), st.integers(110_000, 139_999)),
        "is_buy": st.booleans(),
        "price": st.integers(1, 99_999).map(lambda ticks: Decimal(ticks) / 1000),
        "size": st.integers(1, 10**9).map(lambda lots: Decimal(lots) / 10**5),
        "reduce_only": st.booleans(),
        "client_order_id": st.integers(0, 2**128 - 1).map(lambda n: f"0x{n:032x}"),
        "builder": st.sampled_from([None, BUILDER]),
    }
)


def _official(order: dict[str, Any]) -> dict[str, Any]:
    wire = order_request_to_order_wire(
        {
            "coin": "",
            "is_buy": order["is_buy"],
            "sz": float(order["size"]),
            "limit_px": float(order["price"]),
            "order_type": {"limit": {"tif": "Ioc"}},
            "reduce_only": order["reduce_only"],
            "cloid": Cloid.from_str(order["client_order_id"]),
        },
        order["asset"],
    )
    builder = order["builder"]
    named = None if builder is None else {"b": builder.address.lower(), "f": builder.fee_tenths_bps}
    return order_wires_to_order_action([wire], named)


@given(orders)
def test_any_order_packs_to_the_bytes_of_the_official_client(order: dict[str, Any]) -> None:
    assert pack(order_action(**order)) == pack(_official(order))


@given(orders, st.integers(0, 2**53), st.sampled_from(Chain))
def test_any_order_is_signed_as_the_official_client_signs_it(
    order: dict[str, Any], nonce: int, chain: Chain
) -> None:
    is_mainnet = chain is Chain.MAINNET
    digest = l1_digest(order_action(**order), nonce, nonce + 8000, chain)
    signed = sign_l1_action(WALLET, _official(order), None, nonce, nonce + 8000, is_mainnet)

    r, s, v = signed["r"], signed["s"], signed["v"]
    assert signature(KEY, digest) == f"0x{int(r, 16):064x}{int(s, 16):064x}{v:02x}"


def test_the_body_carries_everything_that_was_signed() -> None:
    body = json.loads(exchange_body({"type": "noop"}, 7, 1, 2, 27, 9))

    assert body == {
        "action": {"type": "noop"},
        "nonce": 7,
        "signature": {"r": f"0x{1:064x}", "s": f"0x{2:064x}", "v": 27},
        "vaultAddress": None,
        "expiresAfter": 9,
    }


def test_the_signer_of_a_body_is_recovered_from_its_own_bytes() -> None:
    action = order_action(**ORDER)
    signed = bytes.fromhex(signature(KEY, l1_digest(action, 7, 9, Chain.TESTNET))[2:])
    r, s = int.from_bytes(signed[:32], "big"), int.from_bytes(signed[32:64], "big")
    body = exchange_body(action, 7, r, s, signed[64], 9)

    assert signer_of(body, Chain.TESTNET) == WALLET.address.lower()
    assert signer_of(body, Chain.MAINNET) != WALLET.address.lower()


def test_leverage_has_the_venues_key_order() -> None:
    assert list(leverage_action(asset=3, leverage=5, isolated=True).items()) == [
        ("type", "updateLeverage"),
        ("asset", 3),
        ("isCross", False),
        ("leverage", 5),
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"price": Decimal(0)},
        {"size": Decimal(-1)},
        {"size": Decimal("0.000000001")},
        {"price": Decimal("NaN")},
        {"client_order_id": "0x" + "5A" * 16},
        {"client_order_id": "0xzz"},
    ],
)
def test_an_order_that_cannot_be_meant_is_never_built(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError):
        order_action(**ORDER | change)


def test_a_leverage_below_one_is_refused() -> None:
    with pytest.raises(InvalidInputError):
        leverage_action(asset=3, leverage=0, isolated=False)


@pytest.mark.parametrize("name", ["", "a" * 17, "x valid_until 1"])
def test_an_agent_name_that_would_take_another_slot_or_expiry_is_refused(name: str) -> None:
    with pytest.raises(InvalidInputError):
        approve_agent_action(
            agent_address=ZERO_ADDRESS,
            agent_name=name,
            valid_until_ms=None,
            nonce=1,
            chain=Chain.TESTNET,
        )


def test_an_agents_expiry_is_part_of_its_signed_name() -> None:
    action = approve_agent_action(
        agent_address=ZERO_ADDRESS,
        agent_name="copies",
        valid_until_ms=1_800_000_000_000,
        nonce=1,
        chain=Chain.TESTNET,
    )

    assert action["agentName"] == "copies valid_until 1800000000000"
