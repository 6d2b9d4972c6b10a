"""The leader turns around while our exit is still open: that is closed first, then entered."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.fakes.world import World, following
from understudy.domain.ids import FollowId
from understudy.domain.limits import CopySides
from understudy.domain.reasons import Reason
from understudy.domain.receipts import CopyStatus


def _half_closed() -> tuple[World, FollowId]:
    """Hold 3.5 of 5 after the leader has closed, in a market that takes 0.5 at once."""
    world, follow = following("5", budget=100_000, max_copy_age_seconds=60)
    world.price("BTC", "100", "0.5")
    world.copy_now("BTC", "-5")
    assert world.ledger(follow).held == Decimal("3.5")
    world.clock.advance(500)
    return world, follow


def _cash_moved(world: World, follow: FollowId) -> Decimal:
    book = world.venue.books.account(world.table.follows[follow].wallet_address)
    return book.cash[""] - 100_000


def _flatten(world: World, size: str) -> None:
    world.price("BTC", "100")
    world.copy_now("BTC", size)
    world.pass_time(40)
    world.sweep()


def test_what_is_held_is_closed_before_the_other_side_is_opened() -> None:
    world, follow = _half_closed()
    world.price("BTC", "100")

    world.copy_now("BTC", "-5")

    legs = [(leg.kind, leg.side, leg.size) for leg in world.receipts(follow)[-1].legs]
    assert legs == [("exit", "sell", Decimal("3.5")), ("entry", "sell", Decimal(5))]
    assert world.held_at_venue(follow) == world.ledger(follow).held == -5
    assert world.ledger(follow).entry_notional == world.table.budgets[follow].margin == 500


@pytest.mark.parametrize("depth", ["100", "0.5"])
def test_the_ledgers_profit_is_the_venues_cash_when_the_leader_turns_around(depth: str) -> None:
    world, follow = _half_closed()
    world.price("BTC", "101", depth)

    world.copy_now("BTC", "-5")
    world.pass_time(40)
    _flatten(world, "5")

    assert world.held_at_venue(follow) == world.ledger(follow).held == 0
    assert world.table.budgets[follow].pnl == _cash_moved(world, follow)
    assert all(receipt.status.is_terminal for receipt in world.receipts(follow))


def test_the_entry_goes_when_the_last_attempt_at_once_has_closed_the_rest() -> None:
    world, follow = _half_closed()
    world.price("BTC", "100", "1.5")

    world.copy_now("BTC", "-5")

    legs = [(leg.kind, leg.filled_size) for leg in world.receipts(follow)[-1].legs]
    closed = [("exit", Decimal("1.5")), ("exit", Decimal("1.5")), ("exit", Decimal("0.5"))]
    assert legs == [*closed, ("entry", Decimal("1.5"))]
    assert world.ledger(follow).pending == ()


def test_a_refused_entry_keeps_its_reason_while_the_older_exit_goes_on() -> None:
    world, follow = _half_closed()
    known = world.table.follows[follow]
    longs = replace(known.limits, sides=CopySides.LONGS)
    world.directory.replace(replace(known, limits=longs))

    world.copy_now("BTC", "-5")
    world.pass_time(30)

    refused = world.receipts(follow)[-1]
    assert (refused.status, refused.reason) == (CopyStatus.DONE, Reason.SIDE_NOT_ALLOWED)
    assert world.held_at_venue(follow) == 0


def test_an_entry_that_still_waits_is_taken_over_by_the_next_one() -> None:
    world, follow = _half_closed()
    for size in ("-2", "-3"):
        world.copy_now("BTC", size)

    world.price("BTC", "100")
    world.pass_time(10)

    assert world.held_at_venue(follow) == world.ledger(follow).held == -5


def test_a_flip_that_is_half_done_is_finished_before_what_is_added() -> None:
    world, follow = _half_closed()
    world.copy_now("BTC", "3")
    world.copy_now("BTC", "-7")
    world.copy_now("BTC", "-2")

    world.price("BTC", "100")
    world.pass_time(20)

    assert world.held_at_venue(follow) == world.ledger(follow).held == -6
