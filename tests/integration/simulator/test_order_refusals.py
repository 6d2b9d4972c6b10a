"""Every wording of a refused order, provoked through the official SDK."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from hyperliquid.utils.types import Cloid

from simulators.hyperliquid import texts

pytestmark = pytest.mark.integration

IOC = {"limit": {"tif": "Ioc"}}
GTC = {"limit": {"tif": "Gtc"}}
ALO = {"limit": {"tif": "Alo"}}
MARKET = {"limit": {"tif": "FrontendMarket"}}
BUY, SELL = True, False
Status = Callable[[dict[str, Any]], Any]


class Asked(NamedTuple):
    """An order as the SDK takes it."""

    symbol: str
    is_buy: bool
    size: float
    price: float
    kind: Any
    reduce_only: bool = False


BAD_TRIGGER = {"trigger": {"triggerPx": 1900.123, "isMarket": True, "tpsl": "sl"}}
REFUSALS = [
    (Asked("ETH", BUY, 0.1, 1800, IOC), texts.IOC_UNMATCHED),
    (Asked("ETH", BUY, 0.1, 5000, IOC), texts.TOO_FAR),
    (Asked("ETH", BUY, 1000, 1950, IOC), texts.MARGIN),
    (Asked("ETH", BUY, 0.001, 1950, IOC), texts.MINIMUM),
    (Asked("ETH", SELL, 0.1, 1850, IOC, reduce_only=True), texts.REDUCE_ONLY),
    (Asked("ETH", BUY, 0.1, 1900.123, IOC), texts.TICK),
    (Asked("ETH", BUY, 0.1, 0, IOC), texts.INVALID_PRICE),
    (Asked("ETH", BUY, 0.12345, 1950, IOC), texts.INVALID_SIZE),
    (Asked("ETH", BUY, 0, 1950, IOC), texts.ZERO_SIZE),
    (Asked("ETH", BUY, 0.1, 1950, ALO), texts.post_only_crossed("1903.8", "1904.0")),
    (Asked("MATIC", BUY, 100, 0.8, IOC), texts.DELISTED),
    (Asked("ETH", SELL, 0.1, 1850, BAD_TRIGGER), texts.INVALID_TRIGGER),
]


@pytest.mark.parametrize(("asked", "text"), REFUSALS, ids=[text for _, text in REFUSALS])
def test_a_refused_order_says_why(
    trader: Any, only_status: Status, asked: Asked, text: str
) -> None:
    assert only_status(trader.order(*asked)) == {"error": text}


def test_a_market_order_in_an_empty_book_finds_no_liquidity(
    bench: Any, trader: Any, only_status: Status
) -> None:
    bench.control("prices", symbol="ETH", level_size="0")

    answer = trader.order("ETH", BUY, 0.1, 1950, MARKET)

    assert only_status(answer) == {"error": texts.NO_LIQUIDITY}


def test_the_margin_tier_caps_leverage_of_a_large_position(bench: Any, only_status: Status) -> None:
    whale = bench.trader("1000000000")
    whale.update_leverage(40, "BTC")

    answer = whale.order("BTC", BUY, 5400, 31000, IOC)

    assert only_status(answer) == {"error": texts.MARGIN_TIER}


def test_only_post_only_orders_pass_after_an_upgrade(
    bench: Any, trader: Any, only_status: Status
) -> None:
    bench.control("halt", seconds=0, post_only_seconds=60)

    refused = trader.order("ETH", BUY, 0.1, 1950, IOC)
    resting = trader.order("ETH", BUY, 0.1, 1850, ALO)

    assert only_status(refused) == {"error": texts.POST_ONLY_PERIOD}
    assert "resting" in only_status(resting)


@pytest.mark.parametrize(
    "text",
    [
        "Order would increase open interest too quickly",
        "Order would increase open interest while open interest is capped",
        "Order rejected due to price more aggressive than oracle while at open interest cap",
        "Price too far from oracle",
        "Insufficient spot balance",
        "Order has insufficient spot balance to trade",
        "Order must have minimum value of 10 USDC.",
    ],
)
def test_a_scripted_refusal_is_worded_as_told(
    bench: Any, trader: Any, only_status: Status, text: str
) -> None:
    bench.control("faults", kind="refuse_order", text=text)

    assert only_status(trader.order("ETH", BUY, 0.1, 1950, IOC)) == {"error": text}
    assert "filled" in only_status(trader.order("ETH", BUY, 0.1, 1950, IOC))


def test_the_strict_switch_refuses_a_small_close_of_the_whole_position(
    bench: Any, trader: Any, only_status: Status
) -> None:
    trader.order("ETH", BUY, 0.0053, 1950, IOC)
    bench.control("prices", symbol="ETH", price="1800")
    bench.control("rules", strict_reduce_only_minimum=True)

    strict = trader.order("ETH", SELL, 0.0053, 1750, IOC, reduce_only=True)
    bench.control("rules", strict_reduce_only_minimum=False)
    part = trader.order("ETH", SELL, 0.005, 1750, IOC, reduce_only=True)
    whole = trader.order("ETH", SELL, 1, 1750, IOC, reduce_only=True)

    assert only_status(strict) == {"error": texts.MINIMUM}
    assert only_status(part) == {"error": texts.MINIMUM}
    assert only_status(whole)["filled"]["totalSz"] == "0.0053"


def test_a_bad_price_fells_the_whole_batch_with_one_error(trader: Any, only_status: Status) -> None:
    def wanted(price: float) -> dict[str, Any]:
        return {
            "coin": "ETH",
            "is_buy": True,
            "sz": 0.1,
            "limit_px": price,
            "order_type": IOC,
            "reduce_only": False,
        }

    answer = trader.bulk_orders([wanted(1950), wanted(1900.123)])

    assert only_status(answer) == {"error": texts.TICK}
    assert trader.info.user_fills(trader.wallet.address) == []


def test_what_is_not_open_cannot_be_cancelled_or_modified(trader: Any, only_status: Status) -> None:
    cloid = Cloid.from_int(7)

    assert only_status(trader.cancel("ETH", 5)) == {"error": texts.NOT_OPEN}
    assert only_status(trader.cancel_by_cloid("ETH", cloid)) == {"error": texts.NOT_OPEN}
    modified = trader.modify_order(5, "ETH", BUY, 0.1, 1800, GTC)
    assert only_status(modified) == {"error": texts.MODIFY_GONE}


def test_a_refused_order_can_be_looked_up_with_its_status(trader: Any) -> None:
    cloid = Cloid.from_int(9)
    trader.order("ETH", BUY, 0.1, 1800, IOC, cloid=cloid)

    found = trader.info.query_order_by_cloid(trader.wallet.address, cloid)

    assert found["status"] == "order"
    assert found["order"]["status"] == "iocCancelRejected"
