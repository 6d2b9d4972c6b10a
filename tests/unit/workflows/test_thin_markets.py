"""Exits where little can be sold at once: progress goes on, and only what is in vain gives up."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.fakes.builders import limits, ratio
from tests.fakes.world import World
from understudy.domain.ids import FollowId
from understudy.domain.reasons import Reason
from understudy.domain.receipts import CopyStatus
from understudy.workflows.copying import orders
from understudy.workflows.copying.orders import ATTEMPTS_BEFORE_OPERATOR


def _closing_at(depth: str, held: str = "40") -> tuple[World, FollowId]:
    world = World()
    follow = world.follow(limits(ratio("100"), copy_budget_usdc=Decimal(10_000)))
    world.begin()
    world.copy("BTC", held)
    world.venue.set_price("BTC", "100", depth=depth)
    world.leader_trades("BTC", f"-{held}")
    world.pump()
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


def test_a_receipt_that_is_full_of_orders_calls_an_operator(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(orders, "ORDERS_BEFORE_OPERATOR", 5)
    world, follow = _closing_at("2")

    world.pass_time(60)

    assert len(world.receipts(follow)[-1].legs) == 5
    assert world.receipts(follow)[-1].status is CopyStatus.NEEDS_OPERATOR


def test_an_entry_beyond_its_price_shows_the_band() -> None:
    world = World()
    follow = world.follow(limits(ratio("100"), copy_budget_usdc=Decimal(10_000)))
    world.begin()
    world.leader_trades("BTC", "5")
    world.price("BTC", "101")

    world.pump()

    skipped = world.receipts(follow)[-1]
    assert (skipped.reason, skipped.bound_by) == (Reason.PRICE_OUT_OF_BAND, "slippage_bps")
    band = [skipped.numbers[name] for name in ("reference_price", "limit_price")]
    assert band == [100, Decimal("100.5")]
