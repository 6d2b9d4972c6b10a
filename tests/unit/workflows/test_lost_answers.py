"""An order whose answer was lost is sent again, the same bytes, while it can still take effect."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.fakes.venue import Fault
from tests.fakes.world import World, following
from understudy.domain.follows import FollowStatus
from understudy.domain.ids import FollowId
from understudy.domain.receipts import CopyStatus
from understudy.workflows.copying.claims import ENTRY_LIFETIME_MS
from understudy.workflows.copying.orders import AGAIN_MS

LOST = [Fault.NEVER_ARRIVES, Fault.LANDS_LATE, Fault.RATE_LIMITED, Fault.SERVER_ERROR]


def _world() -> tuple[World, FollowId]:
    world, follow = following("5")
    world.venue.sent.clear()
    return world, follow


@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize("size", ["3", "-2"])
def test_what_never_arrived_is_filled_by_the_same_bytes_sent_again(size: str, fault: Fault) -> None:
    world, follow = _world()
    world.copy_now("BTC", size, fault)
    assert world.held_at_venue(follow) == 5

    world.pass_time(AGAIN_MS // 1000)

    assert world.receipts(follow)[-1].status is CopyStatus.DONE
    assert world.held_at_venue(follow) == world.ledger(follow).held == 5 + Decimal(size)
    assert len(world.venue.sent) == 2
    assert len(set(world.venue.sent)) == 1


def test_what_had_arrived_is_filled_once_and_settled_by_the_record() -> None:
    world, follow = _world()
    world.copy_now("BTC", "3", Fault.TIMES_OUT_AFTER_ACCEPT)

    world.pass_time(6)

    assert len(world.venue.sent) == 2  # the second answer says that the first one was taken
    assert world.receipts(follow)[-1].status is CopyStatus.CLAIMED
    world.pass_time(8)
    assert world.receipts(follow)[-1].status is CopyStatus.DONE
    assert world.held_at_venue(follow) == 8


def test_what_lands_after_it_was_sent_again_changes_nothing() -> None:
    world, follow = _world()
    world.copy_now("BTC", "3", Fault.LANDS_LATE)
    world.pass_time(3)

    world.venue.land_late()

    assert world.held_at_venue(follow) == world.ledger(follow).held == 8
    assert world.orders_at_venue(follow) == 2


def test_nothing_is_sent_that_could_only_come_too_late() -> None:
    world, follow = _world()
    world.copy_now("BTC", "3", *[Fault.NEVER_ARRIVES] * 9)

    world.pass_time(20)

    assert len(world.venue.sent) == ENTRY_LIFETIME_MS // AGAIN_MS
    assert world.receipts(follow)[-1].status is CopyStatus.EXPIRED


def test_a_newer_trade_does_not_take_the_older_ones_second_sending_away() -> None:
    world, follow = _world()
    world.copy_now("BTC", "3", Fault.NEVER_ARRIVES)
    world.copy_now("BTC", "1")

    world.pass_time(20)

    assert [each.status for each in world.receipts(follow)] == [
        CopyStatus.DONE,
        CopyStatus.DONE,
        CopyStatus.DONE,
    ]
    assert world.held_at_venue(follow) == 9


def test_an_entry_of_a_follow_that_was_stopped_is_not_sent_again() -> None:
    world, follow = _world()
    world.copy_now("BTC", "3", Fault.NEVER_ARRIVES)
    stopped = replace(world.table.follows[follow], status=FollowStatus.PAUSED)
    world.directory.replace(stopped)

    world.pass_time(20)

    assert len(world.venue.sent) == 1
    assert world.held_at_venue(follow) == 5
