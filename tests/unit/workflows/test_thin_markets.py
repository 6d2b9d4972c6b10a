"""Exits where little can be sold at once: progress goes on, and only what is in vain gives up."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.fakes.builders import fixed, limits
from tests.fakes.world import World, following
from understudy.domain.ids import FollowId
from understudy.domain.reasons import Reason
from understudy.domain.receipting import LEFT_TO_ITS_OWNER
from understudy.domain.receipts import CopyStatus
from understudy.workflows.copying import orders
from understudy.workflows.copying.orders import ATTEMPTS_BEFORE_OPERATOR


def _closing_at(depth: str, held: str = "40") -> tuple[World, FollowId]:
    world, follow = following(held)
    world.venue.set_price("BTC", "100", depth=depth)
    world.copy_now("BTC", f"-{held}")
    return world, follow


def test_an_exit_that_sells_a_little_at_every_attempt_is_never_given_up() -> None:
    world, follow = _closing_at("2")

    world.pass_time(60)

    assert world.held_at_venue(follow) == 0
    assert len(world.receipts(follow)[-1].legs) == 20 > ATTEMPTS_BEFORE_OPERATOR
    assert world.receipts(follow)[-1].status is CopyStatus.DONE


def test_an_exit_that_sells_nothing_any_more_calls_an_operator() -> None:
    world, follow = _closing_at("2")
    world.pass_time(10)
    world.venue.set_price("BTC", "100", depth="0")

    world.pass_time(120)

    assert world.receipts(follow)[-1].status is CopyStatus.NEEDS_OPERATOR
    assert world.ledger(follow).needs_operator


def test_a_rest_too_small_for_the_venue_beside_what_is_held_by_hand_is_left_to_its_owner() -> None:
    world, follow = following("5")
    world.venue.trade(world.table.follows[follow].wallet_address, "BTC", "3")
    world.venue.set_price("BTC", "100", depth="4.95")

    world.copy_now("BTC", "-5")
    world.pass_time(60)

    receipt = world.receipts(follow)[-1]
    assert [leg.filled_size for leg in receipt.legs] == [Decimal("4.95"), 0]
    assert (receipt.status, receipt.reason, receipt.held) == (
        CopyStatus.DONE,
        Reason.BELOW_MIN_NOTIONAL,
        0,
    )
    assert receipt.reason_text == LEFT_TO_ITS_OWNER
    assert world.ledger(follow).held == world.table.budgets[follow].margin == 0
    assert world.held_at_venue(follow) == Decimal("3.05")
    assert not world.ledger(follow).needs_operator


def test_a_receipt_that_is_full_of_orders_calls_an_operator(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(orders, "ORDERS_BEFORE_OPERATOR", 5)
    world, follow = _closing_at("2")

    world.pass_time(60)

    assert len(world.receipts(follow)[-1].legs) == 5
    assert world.receipts(follow)[-1].status is CopyStatus.NEEDS_OPERATOR


def test_an_entry_beyond_its_price_shows_the_band() -> None:
    world, follow = following()
    world.leader_trades("BTC", "5")
    world.price("BTC", "101")

    world.pump()

    skipped = world.receipts(follow)[-1]
    assert (skipped.reason, skipped.bound_by) == (Reason.PRICE_OUT_OF_BAND, "slippage_bps")
    band = [skipped.numbers[name] for name in ("reference_price", "limit_price")]
    assert band == [100, Decimal("100.5")]


def _bought_in_pieces(refusal: str) -> tuple[World, FollowId]:
    """Let the leader buy in three pieces, 2 s apart; the first copy is refused with a text."""
    world = World()
    follow = world.follow(limits(fixed("100"), copy_budget_usdc=Decimal(10_000)))
    world.begin()
    world.venue.faults.extend([None, refusal])  # the leverage is set before
    for _ in range(3):
        world.leader_trades("BTC", "5")
        world.pass_time(2)
    return world, follow


def test_a_fixed_entry_that_found_no_seller_is_paid_with_a_later_piece_and_once() -> None:
    world, follow = _bought_in_pieces(
        "Order could not immediately match against any resting orders."
    )

    reasons = [receipt.reason for receipt in world.receipts(follow)]
    assert reasons == [Reason.PRICE_OUT_OF_BAND, None, Reason.SAME_ENTRY]
    assert world.held_at_venue(follow) == 1


def test_a_fixed_entry_that_the_account_cannot_pay_is_not_tried_with_every_piece() -> None:
    world, follow = _bought_in_pieces("Insufficient margin to place order.")

    reasons = [receipt.reason for receipt in world.receipts(follow)]
    assert reasons == [Reason.INSUFFICIENT_MARGIN, Reason.SAME_ENTRY, Reason.SAME_ENTRY]
    assert world.held_at_venue(follow) == 0
