"""A slower mode's window may end while an older order of its symbol has no outcome yet."""

from __future__ import annotations

import pytest

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


@pytest.mark.parametrize("fault", [Fault.TIMES_OUT_AFTER_ACCEPT, Fault.NEVER_ARRIVES])
def test_what_a_window_collected_beside_an_unknown_entry_is_ordered_once_that_is_known(
    fault: Fault,
) -> None:
    world, follow = following(budget=100_000, mode=CopyMode.THROTTLED, throttle_window_ms=500)
    _trades(world, "20")
    world.pass_time(2)
    world.venue.faults.extend([fault] * 3)
    _trades(world, "20")
    world.pass_time(1)

    _trades(world, "20")
    world.pass_time(2)
    world.venue.faults.clear()
    world.pass_time(20)

    ledger = world.ledger(follow)
    assert not ledger.pending
    assert world.held_at_venue(follow) == ledger.held == ledger.target


def _trades(world: World, size: str) -> None:
    world.copy_now("BTC", size)
    world.clock.advance(100)
