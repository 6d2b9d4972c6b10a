"""What orders do, seen through the official SDK."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hyperliquid.utils.types import Cloid

pytestmark = pytest.mark.integration

IOC = {"limit": {"tif": "Ioc"}}
GTC = {"limit": {"tif": "Gtc"}}
BUY, SELL = True, False
Status = Callable[[dict[str, Any]], Any]


def fills(trader: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = trader.info.user_fills(trader.wallet.address)
    return found


def size_of(trader: Any, symbol: str, dex: str = "") -> str:
    state = trader.info.user_state(trader.wallet.address, dex)
    held = {entry["position"]["coin"]: entry["position"] for entry in state["assetPositions"]}
    return held[symbol]["szi"] if symbol in held else "0.0"


def test_open_reduce_close_and_flip_are_told_apart(trader: Any) -> None:
    trader.order("ETH", BUY, 1, 1950, IOC)
    trader.order("ETH", SELL, 0.4, 1850, IOC)
    trader.order("ETH", SELL, 1, 1850, IOC)
    trader.order("ETH", BUY, 5, 1950, IOC, reduce_only=True)

    told = [(fill["dir"], fill["startPosition"], fill["sz"]) for fill in reversed(fills(trader))]
    assert told == [
        ("Open Long", "0.0", "1.0"),
        ("Close Long", "1.0", "0.4"),
        ("Long > Short", "0.6", "1.0"),
        ("Close Short", "-0.4", "0.4"),
    ]
    assert size_of(trader, "ETH") == "0.0"


def test_a_fill_costs_the_taker_fee_and_the_spread(trader: Any) -> None:
    trader.order("ETH", BUY, 1, 1950, IOC)

    (fill,) = fills(trader)
    assert (fill["px"], fill["fee"], fill["crossed"]) == ("1904.0", "0.8568", True)
    state = trader.info.user_state(trader.wallet.address)
    assert state["marginSummary"]["accountValue"] == "9999.0432"


def test_an_ioc_takes_what_its_price_reaches_and_drops_the_rest(
    bench: Any, trader: Any, only_status: Status
) -> None:
    bench.control("prices", symbol="ETH", level_size="0.2")

    answer = trader.order("ETH", BUY, 1, 1904.1, IOC)

    filled = only_status(answer)["filled"]
    assert (filled["totalSz"], filled["avgPx"]) == ("0.4", "1904.05")
    found = trader.info.query_order_by_oid(trader.wallet.address, filled["oid"])
    assert found["order"]["status"] == "canceled"
    assert found["order"]["order"]["sz"] == "0.6"


def test_a_client_id_finds_its_order(trader: Any, only_status: Status) -> None:
    cloid = Cloid.from_int(1)

    answer = trader.order("ETH", BUY, 0.1, 1950, IOC, cloid=cloid)

    assert only_status(answer)["filled"]["cloid"] == cloid.to_raw()
    found = trader.info.query_order_by_cloid(trader.wallet.address, cloid)
    assert found["order"]["status"] == "filled"
    assert fills(trader)[0]["cloid"] == cloid.to_raw()
    unknown = trader.info.query_order_by_cloid(trader.wallet.address, Cloid.from_int(2))
    assert unknown == {"status": "unknownOid"}


def test_a_resting_order_fills_when_the_price_comes_to_it(bench: Any, trader: Any) -> None:
    trader.order("ETH", BUY, 1, 1800, GTC)
    assert [o["limitPx"] for o in trader.info.open_orders(trader.wallet.address)] == ["1800.0"]

    bench.control("prices", symbol="ETH", price="1799")

    (fill,) = fills(trader)
    assert (fill["px"], fill["crossed"], fill["fee"]) == ("1800.0", False, "0.27")
    assert trader.info.open_orders(trader.wallet.address) == []


def test_two_users_trade_with_each_other_inside_the_spread(bench: Any, trader: Any) -> None:
    other = bench.trader()
    trader.order("ETH", BUY, 1, 1903.9, GTC)

    other.order("ETH", SELL, 1, 1903.9, IOC)

    assert [f["px"] for f in fills(trader) + fills(other)] == ["1903.9", "1903.9"]
    assert (size_of(trader, "ETH"), size_of(other, "ETH")) == ("1.0", "-1.0")


def test_orders_are_cancelled_by_id_and_by_client_id(trader: Any, only_status: Status) -> None:
    cloid = Cloid.from_int(3)
    resting = only_status(trader.order("ETH", BUY, 0.1, 1800, GTC))["resting"]
    trader.order("ETH", BUY, 0.1, 1801, GTC, cloid=cloid)

    assert only_status(trader.cancel("ETH", resting["oid"])) == "success"
    assert only_status(trader.cancel_by_cloid("ETH", cloid)) == "success"
    assert trader.info.open_orders(trader.wallet.address) == []


def test_a_modified_order_gets_a_new_id(trader: Any, only_status: Status) -> None:
    resting = only_status(trader.order("ETH", BUY, 0.1, 1800, GTC))["resting"]

    answer = trader.modify_order(resting["oid"], "ETH", BUY, 0.1, 1801, GTC)

    assert only_status(answer)["resting"]["oid"] != resting["oid"]
    (order,) = trader.info.open_orders(trader.wallet.address)
    assert order["limitPx"] == "1801.0"


def test_a_stop_waits_and_sells_when_the_price_falls_to_it(
    bench: Any, trader: Any, only_status: Status
) -> None:
    trader.order("ETH", BUY, 1, 1950, IOC)
    stop = {"trigger": {"triggerPx": 1800, "isMarket": True, "tpsl": "sl"}}

    answer = trader.order("ETH", SELL, 1, 1700, stop, reduce_only=True)
    assert only_status(answer) == "waitingForTrigger"
    bench.control("prices", symbol="ETH", price="1790")

    assert size_of(trader, "ETH") == "0.0"


def test_a_unified_account_keeps_its_usdc_in_spot(bench: Any) -> None:
    unified = bench.trader(mode="unifiedAccount")
    unified.order("ETH", BUY, 1, 1950, IOC)

    spot = unified.info.spot_user_state(unified.wallet.address)["balances"]
    state = unified.info.user_state(unified.wallet.address)

    assert [(b["coin"], b["total"], b["hold"]) for b in spot] == [("USDC", "9999.1432", "95.195")]
    assert state["marginSummary"]["accountValue"] == "0.0"
    assert state["assetPositions"][0]["position"]["szi"] == "1.0"


def test_a_builder_dex_trades_from_its_own_collateral_at_twice_the_fee(bench: Any) -> None:
    bench.control("markets", symbol="xyz:CL", price="84.25", size_decimals=3)
    wallet = bench.wallet()
    bench.fund(wallet, "10000", dex_usdc={"xyz": "500"})
    trader = bench.client(wallet, perp_dexs=["", "xyz"])
    assert trader.info.name_to_asset("xyz:CL") == 110000

    trader.order("xyz:CL", BUY, 10, 85, IOC)

    (fill,) = fills(trader)
    assert fill["fee"] == "0.758259"
    assert size_of(trader, "xyz:CL", "xyz") == "10.0"
    main = trader.info.user_state(wallet.address)
    assert main["marginSummary"]["accountValue"] == "10000.0"


def test_a_builder_earns_its_fee_on_top(bench: Any, trader: Any) -> None:
    builder = bench.wallet()
    bench.fund(builder, "100")
    trader.approve_builder_fee(builder.address, "0.05%")

    trader.order("ETH", BUY, 1, 1950, IOC, builder={"b": builder.address, "f": 50})

    (fill,) = fills(trader)
    assert (fill["builderFee"], fill["fee"]) == ("0.952", "1.8088")
    state = trader.info.user_state(builder.address)
    assert state["marginSummary"]["accountValue"] == "100.952"


def test_fills_by_time_are_the_oldest_from_a_moment_on(trader: Any) -> None:
    for _ in range(3):
        trader.order("ETH", BUY, 0.1, 1950, IOC)
    newest = fills(trader)

    found = trader.info.user_fills_by_time(trader.wallet.address, newest[1]["time"])

    assert [fill["tid"] for fill in found] == [newest[1]["tid"], newest[0]["tid"]]


def test_leverage_and_isolated_margin_show_in_the_position(trader: Any) -> None:
    trader.update_leverage(5, "ETH", is_cross=False)
    trader.order("ETH", BUY, 1, 1950, IOC)
    assert trader.update_isolated_margin(100, "ETH")["status"] == "ok"

    (held,) = trader.info.user_state(trader.wallet.address)["assetPositions"]
    assert held["position"]["leverage"]["type"] == "isolated"
    assert held["position"]["leverage"]["value"] == 5
    assert held["position"]["marginUsed"] == "480.78"
