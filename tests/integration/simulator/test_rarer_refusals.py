"""Refusals that few clients ever meet, each provoked through the official SDK, once."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from simulators.hyperliquid import texts

pytestmark = pytest.mark.integration

IOC = {"limit": {"tif": "Ioc"}}
STOP = {"trigger": {"triggerPx": 1800, "isMarket": True, "tpsl": "sl"}}
DAY_MS = 86_400_000
BUY, SELL = True, False
BUILDERS = 10
SCHEDULES_FROM_USD = "1000000"
Patch = pytest.MonkeyPatch
Provoked = Callable[[Any, Patch], Any]


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def buy(trader: Any) -> Any:
    return trader.order("ETH", BUY, 0.1, 1950, IOC)


def said_of(answer: Any) -> str:
    """Give the refusal of an action, or of the only order in it."""
    if answer["status"] == "err":
        return str(answer["response"])
    (status,) = answer["response"]["data"]["statuses"]
    return str(status["error"])


def buy_an_unknown_asset(bench: Any, _: Patch) -> Any:
    trader = bench.trader()
    trader.info.coin_to_asset["ETH"] = 9_999
    return buy(trader)


def buy_on_spot(bench: Any, _: Patch) -> Any:
    trader = bench.trader()
    trader.info.coin_to_asset["ETH"] = 10_000
    return buy(trader)


def send_no_order(bench: Any, _: Patch) -> Any:
    return bench.trader().bulk_orders([])


def open_one_order_too_many(bench: Any, patch: Patch) -> Any:
    patch.setattr("simulators.hyperliquid.engine.admission.MAX_OPEN_ORDERS", 1)
    trader = bench.trader()
    buy(trader)
    stop = ("ETH", SELL, 0.1, 1750, STOP)
    assert trader.order(*stop, reduce_only=True)["status"] == "ok"
    return trader.order(*stop, reduce_only=True)


def approve_a_long_name(bench: Any, _: Patch) -> Any:
    return bench.trader().approve_agent("a" * 17)[0]


def approve_a_fee_above_all(bench: Any, _: Patch) -> Any:
    return bench.trader().approve_builder_fee(bench.wallet().address, "1.1%")


def approve_one_builder_too_many(bench: Any, _: Patch) -> Any:
    trader = bench.trader()
    for _number in range(BUILDERS):
        assert _approve_funded(bench, trader)["status"] == "ok"
    return _approve_funded(bench, trader)


def pay_more_than_perps_allow(bench: Any, _: Patch) -> Any:
    trader, builder = bench.trader(), bench.wallet()
    bench.fund(builder)
    trader.approve_builder_fee(builder.address, "1%")
    return trader.order("ETH", BUY, 0.1, 1950, IOC, builder={"b": builder.address, "f": 101})


def _approve_funded(bench: Any, trader: Any) -> Any:
    builder = bench.wallet()
    bench.fund(builder)
    return trader.approve_builder_fee(builder.address, "0.05%")


def sign_for_the_other_chain(bench: Any, patch: Patch) -> Any:
    trader = bench.trader()
    patch.setattr("hyperliquid.exchange.MAINNET_API_URL", bench.venue.url)
    return trader.usd_transfer(10, bench.wallet().address)


def post_another_nonce_than_was_signed(bench: Any, patch: Patch) -> Any:
    trader = bench.trader()
    post = trader._post_action
    patch.setattr(trader, "_post_action", lambda action, how, nonce: post(action, how, nonce + 1))
    return trader.usd_transfer(10, bench.wallet().address)


def let_a_transfer_expire(bench: Any, _: Patch) -> Any:
    trader = bench.trader()
    trader.set_expires_after(now_ms() + DAY_MS)
    return trader.usd_transfer(10, bench.wallet().address)


def change_the_mode_with_a_position(bench: Any, _: Patch) -> Any:
    trader = bench.trader()
    buy(trader)
    return trader.user_set_abstraction(trader.wallet.address, "unifiedAccount")


def schedule_at_once(bench: Any, _: Patch) -> Any:
    return bench.trader(volume_usd=SCHEDULES_FROM_USD).schedule_cancel(now_ms() + 1_000)


PROVOKED: dict[str, Provoked] = {
    texts.UNKNOWN_ASSET: buy_an_unknown_asset,
    texts.SPOT_UNSUPPORTED: buy_on_spot,
    texts.EMPTY_BATCH: send_no_order,
    texts.TOO_MANY_OPEN_ORDERS: open_one_order_too_many,
    texts.AGENT_NAME_LENGTH: approve_a_long_name,
    texts.BUILDER_LIMIT: approve_one_builder_too_many,
    texts.CHAIN_MISMATCH: sign_for_the_other_chain,
    texts.NONCE_MISMATCH: post_another_nonce_than_was_signed,
    texts.EXPIRES_UNSUPPORTED: let_a_transfer_expire,
    texts.MODE_POSITIONS: change_the_mode_with_a_position,
    texts.SCHEDULE_TOO_SOON: schedule_at_once,
}


@pytest.mark.parametrize(("text", "provoke"), PROVOKED.items(), ids=list(PROVOKED))
def test_what_is_seldom_refused_is_worded_too(
    bench: Any, monkeypatch: Patch, text: str, provoke: Provoked
) -> None:
    assert said_of(provoke(bench, monkeypatch)) == text


@pytest.mark.parametrize("provoke", [approve_a_fee_above_all, pay_more_than_perps_allow])
def test_a_builders_fee_has_a_range(bench: Any, monkeypatch: Patch, provoke: Provoked) -> None:
    assert said_of(provoke(bench, monkeypatch)) == texts.BUILDER_FEE_RANGE


def test_a_nonce_of_the_day_after_tomorrow_is_refused(bench: Any, monkeypatch: Patch) -> None:
    nonce = now_ms() + 2 * DAY_MS
    monkeypatch.setattr("hyperliquid.exchange.get_timestamp_ms", lambda: nonce)

    assert said_of(buy(bench.trader())).startswith(f"Invalid nonce: nonce too high {nonce} > ")
