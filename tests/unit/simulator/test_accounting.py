"""Positions are the sum of fills, and no money appears or vanishes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulators.hyperliquid.clock import ManualClock
from simulators.hyperliquid.engine.funding import pay_funding
from simulators.hyperliquid.engine.margin import total_value
from simulators.hyperliquid.engine.positions import Position
from simulators.hyperliquid.engine.venue import Venue

ZERO = Decimal(0)
PRICES = {"ETH": ("1500", "1903.9", "2500.5"), "DOGE": ("0.05", "0.069277", "0.1")}
SIZES = {"ETH": Decimal("0.0137"), "DOGE": Decimal(211)}
STEP = st.tuples(
    st.sampled_from(("order", "rest", "price", "funding")),
    st.integers(1, 3),
    st.sampled_from(tuple(PRICES)),
    st.integers(-40, 40).filter(bool),
    st.booleans(),
)


def perform(desk: Any, step: tuple[str, int, str, int, bool]) -> None:
    kind, number, symbol, lots, reduce_only = step
    if kind == "price":
        desk.move(symbol, PRICES[symbol][number - 1])
        return
    if kind == "funding":
        pay_funding(desk.venue, desk.venue.universe.by_name[symbol], Decimal(lots) / 10_000)
        return
    options: dict[str, Any] = {"reduce_only": reduce_only}
    if kind == "rest":
        market = desk.venue.universe.by_name[symbol]
        options |= {"tif": "Gtc", "price": market.price}
    desk.trade(desk.account(number), symbol, str(lots * SIZES[symbol]), **options)


@settings(
    max_examples=1000,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(STEP, max_size=20))
def test_positions_are_the_sum_of_fills_and_money_is_conserved(
    desk: Any, steps: list[tuple[str, int, str, int, bool]]
) -> None:
    desk.venue = Venue(ManualClock(1_790_000_000_000))

    for step in steps:
        perform(desk, step)

    venue = desk.venue
    for account in venue.accounts.values():
        for coin, position in account.positions.items():
            own = [fill for fill in account.fills.fills if fill.coin == coin]
            assert position.size == sum((fill.signed_size for fill in own), ZERO)
            chain = [fill.start_position + fill.signed_size for fill in own]
            assert [fill.start_position for fill in own] == [ZERO, *chain][: len(own)]
    assert everything_on_the_venue(venue) == deposits(venue)


def everything_on_the_venue(venue: Venue) -> Decimal:
    house = sum(
        (size * venue.universe.by_name[coin].price for coin, size in venue.house.sizes.items()),
        venue.house.cash_usd + venue.house.fees_usd,
    )
    return sum((total_value(a, venue.universe) for a in venue.accounts.values()), house)


def deposits(venue: Venue) -> Decimal:
    return sum((account.deposited for account in venue.accounts.values()), ZERO)


def test_a_flip_is_one_fill_that_closes_and_opens() -> None:
    position = Position()
    position.apply(Decimal(2), Decimal(10))

    change = position.apply(Decimal(-5), Decimal(13))

    assert (change.start, change.direction, change.closed_pnl) == (
        Decimal(2),
        "Long > Short",
        Decimal(6),
    )
    assert (position.size, position.entry) == (Decimal(-3), Decimal(13))


def test_a_short_earns_when_the_price_falls() -> None:
    position = Position()
    position.apply(Decimal(-2), Decimal(10))

    change = position.apply(Decimal(1), Decimal(9))

    assert (change.direction, change.closed_pnl) == ("Close Short", Decimal(1))
    assert position.unrealized(Decimal(9)) == 1


@given(st.lists(st.tuples(st.integers(-9, 9).filter(bool), st.integers(1, 99)), max_size=30))
def test_closed_and_open_profit_add_up_to_what_was_paid(trades: list[tuple[int, int]]) -> None:
    position = Position()
    closed = paid = ZERO
    for size, price in trades:
        closed += position.apply(Decimal(size), Decimal(price)).closed_pnl
        paid += Decimal(size) * price

    assert closed + position.unrealized(Decimal(50)) == position.size * 50 - paid
