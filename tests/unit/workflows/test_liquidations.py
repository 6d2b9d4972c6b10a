"""What the venue closed by force belongs to the follow that held it, once."""

from __future__ import annotations

from decimal import Decimal

from tests.unit.workflows.accounting import HOUR_MS, address_of, budget_of, copied, fees_at_venue
from understudy.domain.follows import FollowStatus


def test_a_liquidation_is_booked_once_although_its_position_is_cleared_meanwhile() -> None:
    world, follow = copied("5")
    world.price("BTC", "60")
    world.venue.liquidate(address_of(world, follow), "BTC", "-5")

    for _ in range(15):
        world.sweep()
        world.clock.advance(61_000)

    budget = budget_of(world, follow)
    assert world.ledger(follow).phantoms == 1
    assert budget.realized == -200
    assert budget.fees == fees_at_venue(world, follow)


def test_a_liquidation_that_an_exit_ran_into_is_booked_too() -> None:
    world, follow = copied("5")
    world.price("BTC", "60")
    world.venue.liquidate(address_of(world, follow), "BTC", "-5")
    world.copy("BTC", "-5")
    assert world.ledger(follow).is_flat

    world.clock.advance(601_000)
    world.sweep()

    assert budget_of(world, follow).realized == -200


def test_a_liquidation_of_what_was_held_by_hand_is_not_booked() -> None:
    world, follow = copied("5", "-5")
    address = address_of(world, follow)
    world.clock.advance(HOUR_MS)
    world.venue.trade(address, "BTC", "1")
    world.price("BTC", "60")
    world.venue.liquidate(address, "BTC", "-1")
    world.clock.advance(601_000)

    world.sweep()

    assert budget_of(world, follow).realized == 0


def test_a_loss_by_liquidation_stops_the_follow() -> None:
    world, follow = copied("50", stop_copy_drawdown_pct=Decimal(5))
    world.price("BTC", "60")
    world.venue.liquidate(address_of(world, follow), "BTC", "-20")
    world.clock.advance(601_000)

    world.sweep()

    assert world.table.follows[follow].status is FollowStatus.PAUSED
