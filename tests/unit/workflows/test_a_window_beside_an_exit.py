"""A slower mode's window may end while an older exit of its symbol has no outcome yet."""

from __future__ import annotations

from tests.fakes.venue import Fault
from tests.fakes.world import World, following
from understudy.domain.limits import CopyMode


def test_what_a_window_wanted_closed_meanwhile_is_closed_with_the_exits_outcome() -> None:
    """Whoever sends that exit again finds its own trade done, and would ask for nothing more."""
    world, follow = following(budget=100_000, mode=CopyMode.THROTTLED, throttle_window_ms=500)
    _trades(world, "20")
    world.pass_time(2)
    world.venue.faults.append(Fault.RATE_LIMITED)
    _trades(world, "-15")
    world.pass_time(1)

    _trades(world, "-5")
    world.pass_time(5)

    assert world.held_at_venue(follow) == 0


def _trades(world: World, size: str) -> None:
    world.copy_now("BTC", size)
    world.clock.advance(100)
