"""Estimates become the venue's figures exactly, however often and in which order they come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.builders import FOLLOW, NOW_MS, ledger
from tests.unit.domain.test_settlement import MARKET, filled, intent, pending
from understudy.domain.account_history import FundingPayment, OwnFill
from understudy.domain.follows import Budget, Ledger
from understudy.domain.ids import IntentId
from understudy.domain.intents import Intent, IntentKind
from understudy.domain.money import ZERO
from understudy.domain.settlement import settle
from understudy.domain.trades import Fill, Side
from understudy.domain.true_up import (
    after_funding,
    after_liquidations,
    is_estimated,
    with_venue_figures,
)

MONEY = st.decimals("-1000000", "1000000", places=8)
PRICES = st.decimals("0.001", "100000", places=6)
LOTS = st.integers(1, 10_000).map(lambda lots: Decimal(lots) / 1000)
FILLS = st.lists(st.tuples(LOTS, PRICES, MONEY, MONEY), min_size=1, max_size=4)
KINDS = st.sampled_from((IntentKind.ENTRY, IntentKind.EXIT))
ORDERS = st.lists(st.tuples(KINDS, FILLS), min_size=1, max_size=8)
Executions = list[tuple[Decimal, Decimal, Decimal, Decimal]]


def own_fill(size: str, closed_pnl: str, fee: str) -> OwnFill:
    fill = Fill("BTC", Side.BUY, Decimal(100), Decimal(size), NOW_MS, "1", NOW_MS)
    return OwnFill(fill, "77", "0x", Decimal(closed_pnl), Decimal(fee))


def done(size: str = "3", **amounts: Any) -> Intent:
    settled = settle(
        intent(size=size),
        filled(size, "100"),
        replace(ledger(), pending=(pending(intent(size=size)),)),
        Budget(FOLLOW),
        market=MARKET,
        now_ms=NOW_MS,
    )
    return replace(settled.intent, **amounts)


def test_while_a_fill_is_missing_nothing_is_booked() -> None:
    assert with_venue_figures(done(), Budget(FOLLOW), []) is None
    assert with_venue_figures(done(), Budget(FOLLOW), [own_fill("2", "0", "0.1")]) is None


def test_what_a_builder_got_of_the_fee_is_on_the_receipt() -> None:
    order, fill = done(size="1"), replace(own_fill("1", "0", "0.3"), builder_fee=Decimal("0.1"))

    trued_up = with_venue_figures(order, Budget(FOLLOW), [fill])

    assert trued_up is not None
    after, budget = trued_up
    assert (after.fee, after.builder_fee) == (Decimal("0.3"), Decimal("0.1"))
    assert budget.fees == after.fee - order.fee  # the builder's part is in the fee, not on top


def test_the_budget_moves_by_the_difference() -> None:
    order = done(fee=Decimal("0.3"), closed_pnl=Decimal(9))
    before = Budget(FOLLOW, fees=Decimal(1), realized=Decimal(50))

    trued_up = with_venue_figures(
        order, before, [own_fill("2", "7", "0.1"), own_fill("1", "3", "0.05")]
    )

    assert trued_up is not None
    after, budget = trued_up
    assert (after.fee, after.closed_pnl, after.fee_is_final) == (Decimal("0.15"), 10, True)
    assert (budget.fees, budget.realized) == (Decimal("0.85"), 51)
    assert is_estimated(order)
    assert not is_estimated(after)


def test_doing_it_again_changes_nothing() -> None:
    fills = [own_fill("3", "10", "0.2")]
    once = with_venue_figures(done(), Budget(FOLLOW), fills)
    assert once is not None

    assert with_venue_figures(*once, fills) == once


def liquidated(size: str, side: Side = Side.SELL, time_ms: int = NOW_MS) -> OwnFill:
    own = own_fill(size, "-40", "0.5")
    return replace(own, fill=replace(own.fill, side=side, time_ms=time_ms))


def given_up(
    before: Ledger,
    *fills: OwnFill,
    ordered: Sequence[OwnFill] = (),
    until_ms: int = NOW_MS + 1,
    now_ms: int = NOW_MS + 2,
) -> tuple[Ledger, Budget]:
    budget = Budget(FOLLOW, margin=before.margin)
    return after_liquidations(before, budget, fills, ordered, until_ms=until_ms, now_ms=now_ms)


def test_liquidations_and_funding_move_the_budget_and_their_clocks() -> None:
    ledger_, booked = given_up(ledger(), own_fill("1", "-40", "0.5"), until_ms=7)
    paid = after_funding(booked, [FundingPayment("BTC", Decimal(-2), 3)] * 2, 8)

    assert (paid.realized, paid.fees, paid.funding) == (-40, Decimal("0.5"), -4)
    assert paid.pnl == Decimal("-44.5")
    assert (ledger_.forced_until_ms, paid.funding_until_ms) == (7, 8)


@pytest.mark.parametrize(("held", "side"), [("5", Side.SELL), ("-5", Side.BUY)])
def test_a_liquidated_size_is_given_up_in_proportion_at_the_venues_profit(
    held: str, side: Side
) -> None:
    after, budget = given_up(ledger(held, leverage=2), liquidated("2", side), liquidated("1", side))

    assert (abs(after.held), after.target) == (2, after.held)
    assert (after.entry_notional, after.margin, budget.margin) == (200, 100, 100)
    assert budget.realized == -80


def test_a_target_below_what_is_left_is_kept() -> None:
    after, _ = given_up(replace(ledger("5"), target=Decimal(1)), liquidated("3"))

    assert (after.held, after.target) == (2, 1)


def test_never_more_is_given_up_than_is_held() -> None:
    after, budget = given_up(ledger("5"), liquidated("8"))

    assert (after.held, after.target, after.flat_at_ms, budget.margin) == (0, 0, NOW_MS + 2, 0)


@pytest.mark.parametrize("sign", [1, -1])
def test_what_was_ordered_since_is_kept(sign: int) -> None:
    closing, entering = (Side.SELL, Side.BUY) if sign > 0 else (Side.BUY, Side.SELL)
    first, second = (liquidated("4", closing, NOW_MS - each) for each in (20, 10))
    ordered = [
        liquidated("1", entering, NOW_MS - 30),
        liquidated("3", entering, NOW_MS - 15),
        liquidated("1", closing, NOW_MS - 5),
        liquidated("2", entering, NOW_MS - 4),
    ]

    one, _ = given_up(ledger(str(9 * sign)), liquidated("8", closing, NOW_MS - 20), ordered=ordered)
    two, _ = given_up(ledger(str(9 * sign)), second, first, ordered=ordered)

    assert (abs(one.held), abs(two.held)) == (4, 1)


@pytest.mark.parametrize("dates", [{"flat_at_ms": NOW_MS - 5}, {"opened_at_ms": NOW_MS - 5}])
@pytest.mark.parametrize(
    "fill",
    [liquidated("2", Side.BUY), liquidated("2", time_ms=NOW_MS - 10)],
    ids=["of the other side", "of a position before"],
)
def test_what_was_not_of_this_position_leaves_it_alone(
    fill: OwnFill, dates: dict[str, Any]
) -> None:
    before = replace(ledger("5"), **dates)

    after, budget = given_up(before, fill)

    assert after == replace(before, forced_until_ms=NOW_MS + 1)
    assert (budget.realized, budget.margin) == (-40, 500)


def test_an_exit_that_has_nothing_left_to_close_calls_nobody() -> None:
    tried = replace(ledger("5"), target=Decimal(3), exit_attempts=9, needs_operator=True)

    assert given_up(tried, liquidated("1"))[0].needs_operator
    after, _ = given_up(tried, liquidated("2"))

    assert (after.exit_attempts, after.needs_operator) == (0, False)


class Booking:
    """One symbol of one follow: every order is settled at once and trued up later."""

    def __init__(self) -> None:
        self.ledger, self.budget = ledger(), Budget(FOLLOW)
        self.waiting: list[tuple[Intent, list[OwnFill]]] = []

    def settle(self, kind: IntentKind, fills: Executions) -> None:
        size = sum((each[0] for each in fills), ZERO)
        price = sum((each[0] * each[1] for each in fills), ZERO) / size
        order = replace(intent(kind, str(size)), intent_id=IntentId(str(len(self.waiting))))
        self.ledger = replace(self.ledger, pending=(*self.ledger.pending, pending(order)))
        self.budget = replace(self.budget, reserved=self.budget.reserved + order.margin)
        outcome = filled(str(size), str(price))
        after = settle(order, outcome, self.ledger, self.budget, market=MARKET, now_ms=NOW_MS)
        self.ledger, self.budget = after.ledger, after.budget
        own = [own_fill(str(size), str(pnl), str(fee)) for size, _, pnl, fee in fills]
        self.waiting.append((after.intent, own))

    def true_up(self, order: Intent, fills: list[OwnFill]) -> None:
        trued_up = with_venue_figures(order, self.budget, fills)
        assert trued_up is not None
        self.budget = trued_up[1]


@settings(max_examples=1000, deadline=None)
@given(ORDERS, st.randoms(use_true_random=False))
def test_after_the_true_up_the_budget_is_the_sum_over_the_fills(
    orders: list[tuple[IntentKind, Executions]], luck: Random
) -> None:
    booking = Booking()
    for kind, fills in orders:
        booking.settle(kind, fills)
    luck.shuffle(booking.waiting)

    for order, own in booking.waiting:
        booking.true_up(order, own)

    every = [own for _, fills in booking.waiting for own in fills]
    assert booking.budget.fees == sum((own.fee for own in every), ZERO)
    assert booking.budget.realized == sum((own.closed_pnl for own in every), ZERO)
