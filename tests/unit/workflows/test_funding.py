"""Funding belongs to the follow that held the position when it was paid, once."""

from __future__ import annotations

from decimal import Decimal

from tests.fakes.world import World
from tests.unit.workflows.accounting import HOUR_MS, address_of, budget_of, copied
from understudy.domain.follows import FollowStatus


def _after_funding(world: World, rate: str) -> None:
    """Have funding paid at the next full hour, and let it be seen."""
    past_ms = world.clock.now_ms() % (HOUR_MS)
    world.clock.advance(HOUR_MS - past_ms)
    world.venue.pay_funding("BTC", rate)
    world.clock.advance(61_000)
    world.sweep()


def test_a_long_pays_funding_once() -> None:
    world, follow = copied("5")

    _after_funding(world, "0.01")
    for _ in range(65):
        world.clock.advance(60_000)
        world.sweep()

    assert budget_of(world, follow).funding == -5
    assert budget_of(world, follow).pnl == -5 - budget_of(world, follow).fees


def test_a_short_is_paid_funding() -> None:
    world, follow = copied("-5")

    _after_funding(world, "0.01")
    _after_funding(world, "0.02")

    assert budget_of(world, follow).funding == 15


def test_funding_of_a_position_that_was_closed_meanwhile_still_counts() -> None:
    world, follow = copied("5")
    world.clock.advance(HOUR_MS - 61_000 - 1000)
    world.venue.pay_funding("BTC", "0.01")
    world.copy("BTC", "-5")
    world.copy("BTC", "5")
    world.copy("BTC", "-5")

    world.sweep()

    assert budget_of(world, follow).funding == -5


def test_funding_of_what_is_held_by_hand_does_not_count() -> None:
    world, follow = copied()
    world.venue.trade(address_of(world, follow), "BTC", "5")
    world.clock.advance(HOUR_MS - 1000)
    world.venue.pay_funding("BTC", "0.01")
    world.venue.trade(address_of(world, follow), "BTC", "-5")
    world.clock.advance(1000)
    world.copy("BTC", "5")
    world.clock.advance(61_000)

    world.sweep()

    assert world.held_at_venue(follow) == 5
    assert budget_of(world, follow).funding == 0


def test_funding_that_was_paid_stops_a_follow_at_its_floor() -> None:
    world, follow = copied("50", stop_copy_drawdown_pct=Decimal(5))

    _after_funding(world, "0.1")

    assert budget_of(world, follow).funding == -500
    assert world.table.follows[follow].status is FollowStatus.PAUSED
