"""Matching, waiting orders and history, in the engine alone."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from simulators.hyperliquid import texts
from simulators.hyperliquid.engine.prices import cancel_due

if TYPE_CHECKING:
    from simulators.hyperliquid.engine.fills import FillLog


def resting(desk: Any, account: Any, size: str, price: str, **options: Any) -> Any:
    return desk.trade(account, "ETH", size, price=Decimal(price), tif="Gtc", **options)


def test_users_come_before_the_house_and_the_oldest_first(desk: Any) -> None:
    first, second, taker = (desk.account(n) for n in (1, 2, 3))
    resting(desk, first, "-1", "1904")
    resting(desk, second, "-1", "1904")

    order = desk.trade(taker, "ETH", "1.5")

    assert order.filled == Decimal("1.5")
    assert (first.size("ETH"), second.size("ETH")) == (-1, Decimal("-0.5"))
    assert desk.venue.house.sizes == {}


def test_an_order_never_trades_with_its_own(desk: Any) -> None:
    account = desk.account()
    own = resting(desk, account, "-1", "1903.9")

    desk.trade(account, "ETH", "1")

    assert own.status == "selfTradeCanceled"
    assert account.size("ETH") == 1


def test_the_older_of_two_reduce_only_orders_gives_way(desk: Any) -> None:
    account = desk.account()
    desk.trade(account, "ETH", "1")
    older = resting(desk, account, "-1", "2000", reduce_only=True)
    newer = resting(desk, account, "-1", "2001", reduce_only=True)

    assert (older.status, newer.status) == ("reduceOnlyCanceled", "open")


def test_a_reduce_only_order_goes_when_the_position_does(desk: Any) -> None:
    account = desk.account()
    desk.trade(account, "ETH", "1")
    waiting = resting(desk, account, "-1", "2000", reduce_only=True)

    desk.trade(account, "ETH", "-1")

    assert waiting.status == "reduceOnlyCanceled"
    assert account.orders.open == {}


def test_waiting_orders_hold_margin_back(desk: Any) -> None:
    account = desk.account()
    resting(desk, account, "100", "1900")

    refused = desk.trade(account, "ETH", "10")

    assert refused.error == texts.MARGIN


def test_a_reduction_passes_without_free_margin(desk: Any) -> None:
    account = desk.account()
    desk.trade(account, "ETH", "100")
    desk.move("ETH", "1850")

    assert desk.trade(account, "ETH", "10").error == texts.MARGIN
    assert desk.trade(account, "ETH", "-40").filled == 40


def test_a_scheduled_cancel_clears_the_book(desk: Any) -> None:
    account = desk.account()
    waiting = resting(desk, account, "1", "1800")
    desk.venue.scheduled_cancels[account.address] = desk.venue.now_ms() + 5_000

    cancel_due(desk.venue)
    assert waiting.is_open
    desk.clock.advance(5_000)
    cancel_due(desk.venue)

    assert waiting.status == "scheduledCancel"


def test_only_the_latest_2000_orders_can_be_looked_up(desk: Any) -> None:
    account = desk.account()
    first_open = resting(desk, account, "0.01", "1800")
    orders = [desk.trade(account, "ETH", "0.0001") for _ in range(2_005)]

    book = account.orders
    assert orders[0].oid not in book.by_oid
    assert orders[-1].oid in book.by_oid
    assert book.by_oid[first_open.oid] is first_open
    assert len(book.every) == 2_006


@pytest.mark.parametrize(("size", "closes"), [("-0.0053", True), ("-0.005", False)])
def test_a_small_close_must_be_of_the_whole_position(desk: Any, size: str, closes: object) -> None:
    account = desk.account()
    desk.trade(account, "ETH", "0.0053", price=Decimal(1950))
    desk.move("ETH", "1800")

    order = desk.trade(account, "ETH", size, price=Decimal(1750), reduce_only=True)

    assert (order.error is None) is closes


def test_fills_are_kept_by_time_and_paged_from_the_oldest(desk: Any) -> None:
    account = desk.account()
    for _ in range(5):
        desk.trade(account, "ETH", "0.1")
        desk.clock.advance(10)
    log: FillLog = account.fills
    times = [fill.time_ms for fill in log.fills]

    assert [f.time_ms for f in log.between(times[1], times[3], 2)] == times[1:3]
    assert [f.time_ms for f in log.newest(2)] == [times[4], times[3]]
