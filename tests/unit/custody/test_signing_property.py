"""Whatever is asked, nothing outside policy is ever signed."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.custody.scene import MARKETS, NOW_MS, POLICY, WALLET, Scene
from understudy.domain.ids import client_order_id
from understudy.domain.intents import Intent, IntentKind, Signed
from understudy.domain.trades import Side

if TYPE_CHECKING:
    from collections.abc import Mapping

    from understudy.domain.markets import Market

ASSETS = {market.symbol: market for market in MARKETS}
PRICES = {
    "BTC": Decimal(50_000),
    "ETH": Decimal(2000),
    "MEME": Decimal(1),
    "xyz:TSLA": Decimal(300),
}
ODD_NUMBERS = st.sampled_from([Decimal(x) for x in ("0", "-1", "NaN", "Infinity", "1e-9", "1e30")])
NEAR_LIMITS = st.decimals("0.001", 60_000, places=3)

CHANGES: dict[str, st.SearchStrategy[Any]] = {
    "kind": st.sampled_from(IntentKind),
    "symbol": st.sampled_from([*ASSETS, "DOGE"]),
    "asset": st.sampled_from([0, 1, 2, 110_000, -1, 2**64]),
    "side": st.sampled_from(Side),
    "size": st.one_of(st.decimals("0.001", 1, places=3), NEAR_LIMITS, ODD_NUMBERS),
    "limit_price": st.one_of(st.sampled_from(list(PRICES.values())), NEAR_LIMITS, ODD_NUMBERS),
    "reduce_only": st.booleans(),
    "leverage": st.sampled_from([-1, 0, 1, 10, 11, 20, 21, 2**70]),
    "isolated": st.booleans(),
    "nonce": st.sampled_from([NOW_MS, 0, -1, 2**64]),
    "expires_at_ms": st.integers(NOW_MS - 2, NOW_MS + 60_002),
    "wallet_id": st.sampled_from(["wallet-1", "wallet-2"]),
    "venue": st.sampled_from(["hyperliquid", "polymarket"]),
    "client_order_id": st.sampled_from(["0x" + "00" * 16, "", "0x"]),
}
FEW_CHANGES = st.lists(st.sampled_from(sorted(CHANGES)), max_size=4, unique=True).flatmap(
    lambda names: st.fixed_dictionaries({name: CHANGES[name] for name in names})
)
ASKED = st.tuples(st.sampled_from(["entry", "exit", "leverage"]), st.sampled_from(MARKETS))
BATCHES = st.lists(st.tuples(ASKED, FEW_CHANGES), min_size=1, max_size=4)


@settings(max_examples=1000, deadline=None)
@given(BATCHES)
def test_nothing_outside_policy_is_ever_signed(batch: list[Any]) -> None:
    scene = Scene()
    intents = [asked_for(scene, str(n), *each) for n, each in enumerate(batch)]

    answers = scene.sign(*intents)

    pairs = list(zip(intents, answers, strict=True))
    signed = [intent for intent, answer in pairs if isinstance(answer, Signed)]
    for intent in signed:
        assert_allowed(intent)
    entries = [intent for intent in signed if intent.kind is IntentKind.ENTRY]
    assert sum(most_at_risk(entry) for entry in entries) <= POLICY.max_daily_notional
    for intent, answer in pairs:
        if isinstance(answer, Signed):
            assert_says(intent, json.loads(answer.body)["action"])


def asked_for(
    scene: Scene, cause: str, asked: tuple[str, Market], changes: dict[str, Any]
) -> Intent:
    kind, market = asked
    on_market = {"symbol": market.symbol, "asset": market.asset}
    price = {} if kind == "leverage" else {"limit_price": PRICES[market.symbol]}
    intent: Intent = getattr(scene, kind)(cause, **on_market, **price)
    return replace(intent, **changes)


def assert_allowed(intent: Intent) -> None:
    market = ASSETS[intent.symbol]
    assert (intent.asset, intent.venue) == (market.asset, market.venue)
    assert (intent.wallet_id, intent.wallet_address) == ("wallet-1", WALLET)
    assert NOW_MS < intent.expires_at_ms <= NOW_MS + 60_000
    assert 0 <= intent.nonce < 2**63
    if intent.kind is IntentKind.LEVERAGE:
        assert intent.leverage >= 1
    else:
        assert_allowed_order(intent)
    if intent.kind is not IntentKind.EXIT:
        assert intent.symbol not in POLICY.symbols_deny
        assert intent.leverage <= min(POLICY.max_leverage, market.max_leverage)


def assert_allowed_order(intent: Intent) -> None:
    assert intent.client_order_id == client_order_id(intent.intent_id)
    assert intent.reduce_only is (intent.kind is IntentKind.EXIT)
    assert intent.size > 0
    mark = PRICES[intent.symbol]
    assert abs(intent.limit_price - mark) <= mark * POLICY.price_band_bps / 10_000
    if intent.kind is IntentKind.ENTRY:
        assert most_at_risk(intent) <= POLICY.max_order_notional


def most_at_risk(intent: Intent) -> Decimal:
    return intent.size * max(intent.limit_price, PRICES[intent.symbol])


def assert_says(intent: Intent, action: Mapping[str, Any]) -> None:
    if intent.kind is IntentKind.LEVERAGE:
        assert action["type"] == "updateLeverage"
        assert (action["asset"], action["leverage"]) == (intent.asset, intent.leverage)
        return
    (order,) = action["orders"]
    assert action["type"] == "order"
    assert (order["a"], order["b"]) == (intent.asset, intent.side is Side.BUY)
    assert (Decimal(order["p"]), Decimal(order["s"])) == (intent.limit_price, intent.size)
    assert order["r"] is (intent.kind is IntentKind.EXIT)
