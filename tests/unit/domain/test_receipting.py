"""Receipts name what every order was measured by, and the times of one order at a time."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.contract.stores.records import receipt
from tests.fakes.builders import intent
from understudy.domain.intents import IntentState
from understudy.domain.receipting import with_intent, with_order_times
from understudy.domain.receipts import LegResult
from understudy.domain.trades import Side


def _leg(side: Side, average: str, reference: str = "100") -> LegResult:
    filled = replace(
        intent(),
        side=side,
        state=IntentState.FILLED,
        filled_size=Decimal(1),
        average_price=Decimal(average),
        reference_price=Decimal(reference),
    )
    return with_intent(receipt(), filled).legs[-1]


@pytest.mark.parametrize(
    ("side", "average", "bps"),
    [
        (Side.BUY, "100.5", "50"),
        (Side.BUY, "99.9", "-10"),
        (Side.SELL, "99.5", "50"),
        (Side.SELL, "100.1", "-10"),
        (Side.BUY, "100", "0"),
    ],
)
def test_slippage_is_above_zero_where_the_order_filled_worse_than_its_reference(
    side: Side, average: str, bps: str
) -> None:
    assert _leg(side, average).slippage_bps == Decimal(bps)


def test_slippage_is_cut_to_four_places_so_that_a_table_can_hold_it() -> None:
    assert _leg(Side.BUY, "100.01", "99.97").slippage_bps == Decimal("4.0012")


def test_an_order_without_a_fill_or_a_reference_has_no_slippage() -> None:
    unfilled = with_intent(receipt(), replace(intent(), reference_price=Decimal(100))).legs[-1]

    assert (unfilled.reference_price, unfilled.slippage_bps) == (100, 0)
    assert _leg(Side.BUY, "100", "0").slippage_bps == 0


def test_a_receipt_tells_of_each_order_what_it_cost_and_what_a_builder_got_of_that() -> None:
    done = replace(intent(), fee=Decimal("0.3"), closed_pnl=Decimal(9))
    final = replace(done, fee_is_final=True, builder_fee=Decimal("0.1"))

    estimated = with_intent(receipt(), done)
    leg = with_intent(estimated, final).legs[-1]

    assert (leg.fee, leg.closed_pnl, leg.builder_fee) == (final.fee, 9, final.builder_fee)
    assert (estimated.legs[-1].fee_is_final, leg.fee_is_final) == (False, True)


def test_times_of_two_orders_are_never_mixed() -> None:
    sent = with_order_times(receipt(), {"signed": 5, "sent": 6, "answered": 9})

    found = with_order_times(sent, {"answered": 30_000})

    assert found.stages == {**receipt().stages, "answered": 30_000}
