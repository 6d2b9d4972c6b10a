"""Every rule of the signer, each by the one thing that breaks it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from custody.enrolment import PolicyOrder, SwitchOrder
from custody.policy import EXIT_BAND_BPS, MAX_MARK_AGE_MS
from custody.refusals import Refusal
from tests.unit.custody.scene import NOW_MS, POLICY, Scene
from understudy.domain.exits import WIDEST_CLOSE_BPS
from understudy.domain.ids import client_order_id, intent_id
from understudy.domain.intents import Signed, SigningRefused
from understudy.domain.trades import Side
from understudy.ports.switches import Switch

ENTRY_REFUSALS: list[tuple[str, dict[str, Any]]] = [
    ("MALFORMED", {"size": Decimal("NaN")}),
    ("MALFORMED", {"limit_price": Decimal("Infinity")}),
    ("MALFORMED", {"size": Decimal(0)}),
    ("MALFORMED", {"size": Decimal(-1)}),
    ("MALFORMED", {"size": Decimal("0.123456789")}),
    ("MALFORMED", {"size": Decimal("9E+999999")}),
    ("MALFORMED", {"limit_price": Decimal("1E+999999999")}),
    ("MALFORMED", {"limit_price": Decimal("1E-999999")}),
    ("MALFORMED", {"nonce": 2**63}),
    ("NONCE_OUT_OF_RANGE", {"nonce": 2**63 - 1}),
    ("NONCE_OUT_OF_RANGE", {"nonce": NOW_MS + 60_001}),
    ("NONCE_OUT_OF_RANGE", {"nonce": NOW_MS - 86_400_001}),
    ("MALFORMED", {"asset": -1}),
    ("AGENT_UNKNOWN", {"agent_id": "nobody"}),
    ("WALLET_MISMATCH", {"wallet_id": "wallet-2"}),
    ("WALLET_MISMATCH", {"wallet_address": "0x" + "cd" * 20}),
    ("VENUE_NOT_ALLOWED", {"venue": "polymarket"}),
    ("EXPIRED", {"expires_at_ms": NOW_MS}),
    ("EXPIRED", {"expires_at_ms": NOW_MS - 1}),
    ("EXPIRY_TOO_FAR", {"expires_at_ms": NOW_MS + 60_001}),
    ("MARKET_UNKNOWN", {"symbol": "DOGE"}),
    ("ASSET_MISMATCH", {"asset": 1}),
    ("MALFORMED", {"client_order_id": "0x12"}),
    ("CLIENT_ORDER_ID_MISMATCH", {"client_order_id": "0x" + "00" * 16}),
    ("REDUCE_ONLY_MISMATCH", {"reduce_only": True}),
    ("REDUCE_ONLY_MISMATCH", {"reduce_only": 0}),
    ("SYMBOL_NOT_ALLOWED", {"symbol": "MEME", "asset": 2, "limit_price": Decimal(1)}),
    ("LEVERAGE_NOT_ALLOWED", {"leverage": 21}),
    ("PRICE_OUT_OF_BAND", {"limit_price": Decimal(55_001)}),
    ("PRICE_OUT_OF_BAND", {"limit_price": Decimal(44_999)}),
    ("ORDER_NOTIONAL_EXCEEDED", {"size": Decimal("0.2")}),
    ("ORDER_NOTIONAL_EXCEEDED", {"size": Decimal("0.201"), "limit_price": Decimal(49_000)}),
]


@pytest.mark.parametrize(("reason", "changes"), ENTRY_REFUSALS)
def test_an_entry_outside_policy_is_refused(reason: str, changes: dict[str, Any]) -> None:
    scene = Scene()

    assert scene.refusal(scene.entry(**changes)) == reason


@pytest.mark.parametrize(
    ("reason", "changes"),
    [
        ("REDUCE_ONLY_MISMATCH", {"reduce_only": False}),
        ("REDUCE_ONLY_MISMATCH", {"reduce_only": "false"}),
        ("MARKET_UNKNOWN", {"symbol": "DOGE"}),
        ("PRICE_OUT_OF_BAND", {"limit_price": Decimal(1)}),
        ("EXPIRED", {"expires_at_ms": NOW_MS}),
        ("NONCE_OUT_OF_RANGE", {"nonce": NOW_MS + 60_001}),
    ],
)
def test_an_exit_outside_policy_is_refused(reason: str, changes: dict[str, Any]) -> None:
    scene = Scene()

    assert scene.refusal(scene.exit(**changes)) == reason


@pytest.mark.parametrize(
    ("reason", "changes"),
    [
        ("MALFORMED", {"leverage": 0}),
        ("MALFORMED", {"size": Decimal("9E+999999")}),
        ("NONCE_OUT_OF_RANGE", {"nonce": NOW_MS + 60_001}),
        ("MALFORMED", {"leverage": 2**63}),
        ("LEVERAGE_NOT_ALLOWED", {"leverage": 21}),
        ("LEVERAGE_NOT_ALLOWED", {"symbol": "ETH", "asset": 1, "leverage": 11}),
        ("MARGIN_MODE_NOT_ALLOWED", {"symbol": "xyz:TSLA", "asset": 110_000}),
        ("SYMBOL_NOT_ALLOWED", {"symbol": "MEME", "asset": 2}),
    ],
)
def test_a_leverage_outside_policy_is_refused(reason: str, changes: dict[str, Any]) -> None:
    scene = Scene()

    assert scene.refusal(scene.leverage(**changes)) == reason


def test_every_kind_inside_policy_is_signed() -> None:
    scene = Scene()

    answers = scene.sign(scene.entry(), scene.exit(), scene.leverage())

    assert [type(answer).__name__ for answer in answers] == ["Signed"] * 3


def test_an_entry_at_the_edge_of_every_limit_is_signed() -> None:
    scene = Scene()
    at_the_edge = scene.entry(
        size=Decimal("0.2"),
        side=Side.SELL,
        limit_price=Decimal(45_000),
        leverage=20,
        expires_at_ms=NOW_MS + 60_000,
    )

    assert scene.signed(at_the_edge).body


@pytest.mark.parametrize("nonce", [NOW_MS - 86_400_000, NOW_MS + 60_000])
def test_a_nonce_at_the_edge_of_its_range_is_signed(nonce: int) -> None:
    scene = Scene()

    assert scene.signed(scene.entry(nonce=nonce)).body


@pytest.mark.parametrize("price", [45_000, 47_500, 55_000])
def test_a_band_that_was_narrowed_for_entries_lets_exits_through(price: int) -> None:
    scene = Scene()
    narrowed = PolicyOrder(scene.agent.agent_id)
    scene.enrolment.set_policy(narrowed, replace(POLICY, price_band_bps=1))

    assert scene.refusal(scene.entry(limit_price=Decimal(price))) == Refusal.PRICE_OUT_OF_BAND
    assert scene.signed(scene.exit(limit_price=Decimal(price))).body


def test_an_exit_beyond_any_widening_is_refused_under_the_narrowest_band() -> None:
    scene = Scene()
    narrowed = PolicyOrder(scene.agent.agent_id)
    scene.enrolment.set_policy(narrowed, replace(POLICY, price_band_bps=1))

    for price in (44_999, 55_001):
        far = scene.exit(f"at {price}", limit_price=Decimal(price))
        assert scene.refusal(far) == Refusal.PRICE_OUT_OF_BAND


def test_the_band_of_exits_holds_the_widest_that_any_is_sent_at() -> None:
    assert EXIT_BAND_BPS >= 2 * WIDEST_CLOSE_BPS


def test_an_amount_beyond_all_amounts_leaves_the_rest_of_its_call_alone() -> None:
    scene = Scene()

    honest, refused = scene.sign(scene.entry(), scene.exit("vast", size=Decimal("9E+999999")))

    assert isinstance(honest, Signed)
    assert isinstance(refused, SigningRefused)
    assert refused.reason == Refusal.MALFORMED


def test_a_pending_agent_signs_nothing() -> None:
    scene = Scene()
    pending = scene.enrol(activate=False)

    refusal = scene.refusal(scene.entry(agent_id=pending.agent_id))

    assert refusal == Refusal.AGENT_NOT_ACTIVE


def test_a_revoked_agent_signs_nothing_not_even_an_exit() -> None:
    scene = Scene()
    scene.enrolment.revoke(scene.agent.agent_id)

    assert scene.refusal(scene.exit()) == Refusal.AGENT_NOT_ACTIVE


def test_an_entry_needs_a_mark_that_is_fresh() -> None:
    scene = Scene()
    scene.clock.advance(MAX_MARK_AGE_MS + 1)

    assert scene.refusal(scene.entry()) == Refusal.MARK_STALE


def test_a_mark_from_the_future_is_no_fresh_mark() -> None:
    scene = Scene()
    scene.clock.move_to(NOW_MS - MAX_MARK_AGE_MS - 1)

    assert scene.refusal(scene.entry()) == Refusal.MARK_STALE


def test_an_exit_passes_without_a_fresh_mark_at_any_price() -> None:
    scene = Scene()
    scene.clock.advance(MAX_MARK_AGE_MS + 1)

    assert scene.signed(scene.exit(limit_price=Decimal(1))).body


@pytest.mark.parametrize(
    ("switch", "subject"),
    [(Switch.KILL_GLOBAL, ""), (Switch.KILL_VENUE, "hyperliquid")],
)
def test_an_operators_kill_switch_stops_entries_and_lets_exits_pass(
    switch: Switch, subject: str
) -> None:
    scene = Scene()
    scene.enrolment.turn(SwitchOrder(switch, on=True, subject=subject))

    assert scene.refusal(scene.entry()) == Refusal.KILL_SWITCH
    assert scene.refusal(scene.leverage()) == Refusal.KILL_SWITCH
    assert scene.signed(scene.exit()).body


def test_a_users_kill_switch_stops_everything_of_that_user_alone() -> None:
    scene = Scene()
    scene.enrolment.turn(SwitchOrder(Switch.KILL_USER, on=True, subject="user-1"))
    other = scene.enrol("user-2")

    assert scene.refusal(scene.exit()) == Refusal.KILL_SWITCH
    assert scene.signed(scene.exit("other", agent_id=other.agent_id)).body


def test_a_kill_switch_turned_off_lets_entries_pass_again() -> None:
    scene = Scene()
    scene.enrolment.turn(SwitchOrder(Switch.KILL_GLOBAL, on=True))
    scene.clock.advance(60_000)
    scene.enrolment.turn(SwitchOrder(Switch.KILL_GLOBAL, on=False, at_ms=scene.clock.now_ms()))
    scene.mark("BTC", "50000")

    assert scene.signed(scene.entry()).body


@pytest.mark.parametrize("kind", ["entry", "exit", "leverage"])
def test_nothing_is_signed_for_a_wallet_that_nothing_bounds(kind: str) -> None:
    scene = Scene()
    scene.store._bounds.clear()

    reason = scene.refusal(getattr(scene, kind)())

    expected = Refusal.PRICE_OUT_OF_BAND if kind == "exit" else Refusal.SYMBOL_NOT_ALLOWED
    assert reason == expected


def test_an_allow_list_shuts_out_every_other_symbol() -> None:
    policy = replace(POLICY, symbols_allow=("ETH",))

    assert not policy.allows("BTC")
    assert policy.allows("ETH")


def test_a_client_order_id_belongs_to_its_intent() -> None:
    scene = Scene()
    mine = scene.entry()
    other = intent_id(mine.follow_id, "another", 0, 0)

    answer = scene.refusal(replace(mine, client_order_id=client_order_id(other)))

    assert answer == Refusal.CLIENT_ORDER_ID_MISMATCH
