"""What lies exactly on a tick, a lot or a minimum stays there though a price never ends."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tests.fakes.builders import (
    follow,
    ledger,
    limits,
    market,
    proportional,
    ratio,
    situation,
    trade,
)
from understudy.domain.decisions import decide
from understudy.domain.markets import Market, PriceGrid
from understudy.domain.plans import OrderPlan
from understudy.domain.situation import Situation
from understudy.domain.trades import Trade

THIRDS = market(size_decimals=3, prices=PriceGrid(3, 5), min_notional=Decimal("0.01"))


def _sold(size: str, notional: str) -> Trade:
    """Let the leader sell in several fills: the price of all is a quotient."""
    return replace(trade(end=f"-{size}"), notional=Decimal(notional))


def _ordered(asked: Situation) -> OrderPlan:
    decision = decide(asked)
    assert decision.order is not None, decision
    return decision.order


def test_a_cap_on_a_tick_is_that_tick() -> None:
    bought = replace(trade(end="1708.5"), notional=Decimal("3.4"))  # at 0.00199004975…
    coarse = market(size_decimals=2, prices=PriceGrid(4, 5), min_notional=Decimal(1))

    order = _ordered(situation(bought, follow(limits(ratio("100"))), market=coarse))

    assert order.limit_price == Decimal("0.002")


def test_a_margin_without_a_remainder_is_not_rounded_up() -> None:
    sold = _sold("0.018", "0.054075")

    order = _ordered(situation(sold, follow(limits(ratio("100"))), market=THIRDS))

    assert order.margin == Decimal("0.054075")


def test_a_limit_that_leaves_whole_lots_leaves_all_of_them() -> None:
    sold = _sold("30", "500")  # at 16.66…: 100 USDC are six
    own = limits(ratio("100"), max_order_usdc=Decimal(100))

    assert _ordered(situation(sold, follow(own), market=THIRDS)).size == 6


def test_a_limit_that_leaves_what_is_wanted_binds_nothing() -> None:
    sold = _sold("30", "500")
    own = limits(ratio("20"), max_order_usdc=Decimal(100))

    assert decide(situation(sold, follow(own), market=THIRDS)).bound_by == ""


def test_an_order_of_the_very_minimum_is_large_enough() -> None:
    bought = replace(trade(end="7.5"), notional=Decimal(10))  # at 1.33…
    own = limits(ratio("100"), slippage_bps=0)
    fine: Market = market(prices=PriceGrid(3, 9))

    below = decide(situation(bought, follow(own), market=fine))
    sold = decide(situation(_sold("7.5", "10"), follow(own), market=fine))

    assert below.order is None  # its limit price is a tick below the trade's
    assert sold.order is not None
    assert sold.order.size == Decimal("7.5")


def test_what_was_wanted_on_the_other_side_is_no_open_position() -> None:
    dust = replace(ledger(), target=Decimal("0.0000007"))
    own = limits(proportional(), max_open_positions=1)

    assert _ordered(situation(trade(end="-5"), follow(own), dust)).size == Decimal("0.5")
