"""A leader's trades, copied end to end on in-memory ports."""

from __future__ import annotations

from decimal import Decimal

from tests.fakes.builders import fixed, limits
from tests.fakes.world import World, following
from understudy.domain.reasons import Reason
from understudy.domain.receipts import CopyStatus


def test_an_open_is_copied_once_and_explained() -> None:
    world = World()
    follow = world.follow(limits(fixed("100")))
    world.begin()

    world.copy("BTC", "5")

    (receipt,) = world.receipts(follow)
    assert (receipt.status, receipt.held) == (CopyStatus.DONE, Decimal(1))
    assert world.held_at_venue(follow) == 1
    assert world.failed == []


def test_a_life_of_a_position_ends_flat() -> None:
    world, follow = following()

    for size in ("5", "3", "-4", "-4"):
        world.copy("BTC", size)

    assert [r.status for r in world.receipts(follow)] == [CopyStatus.DONE] * 4
    assert world.held_at_venue(follow) == 0
    assert world.ledger(follow).is_flat
    assert world.table.owners == {}


def test_a_flip_closes_and_opens_in_one_copy() -> None:
    world, follow = following()

    world.copy("BTC", "5")
    world.copy("BTC", "-8")

    flip = world.receipts(follow)[-1]
    assert [(leg.leg, leg.state) for leg in flip.legs] == [(0, "FILLED"), (1, "FILLED")]
    assert (flip.status, world.held_at_venue(follow)) == (CopyStatus.DONE, Decimal(-3))


def test_a_leader_already_in_position_copies_no_reduction() -> None:
    world = World()
    follow = world.follow(limits(fixed("100")))
    world.venue.trade("0x" + "1" * 40, "BTC", "5")
    world.begin()

    world.copy("BTC", "-2")

    (receipt,) = world.receipts(follow)
    assert receipt.reason is Reason.NOTHING_TO_CLOSE
    assert world.orders_at_venue(follow) == 0
