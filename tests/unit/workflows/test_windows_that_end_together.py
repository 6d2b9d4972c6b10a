"""Windows that end together: each is ordered, but entries no oftener than the follow may."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.fakes.builders import limits, ratio
from tests.fakes.world import World
from understudy.domain.ids import FollowId
from understudy.domain.limits import CopyMode
from understudy.domain.reasons import Reason

SLOWER: list[dict[str, Any]] = [
    {"mode": CopyMode.THROTTLED, "throttle_window_ms": 1500},
    {"mode": CopyMode.SAFE_POLL, "sync_interval_seconds": 5},
]


def _world(**changes: Any) -> tuple[World, FollowId]:
    world = World()
    follow = world.follow(limits(ratio("100"), copy_budget_usdc=Decimal(100_000), **changes))
    world.begin()
    return world, follow


@pytest.mark.parametrize("mode", SLOWER)
def test_windows_that_end_together_enter_no_more_than_the_follow_may_in_a_minute(
    mode: dict[str, Any],
) -> None:
    world, follow = _world(entries_per_minute=1, **mode)

    for symbol in ("BTC", "ETH"):
        world.leader_trades(symbol, "5")
    world.pump()
    world.pass_time(7)

    assert world.orders_at_venue(follow) == 1
    last = world.receipts(follow)[-1]
    assert (last.reason, last.bound_by) == (Reason.RATE_LIMITED, "entries_per_minute")
    assert last.numbers["entries_last_minute"] == 1
    assert last.target == 0


@pytest.mark.parametrize("mode", SLOWER)
def test_exits_of_windows_that_end_together_are_not_counted(mode: dict[str, Any]) -> None:
    world, follow = _world(entries_per_minute=2, **mode)
    for symbol in ("BTC", "ETH"):
        world.leader_trades(symbol, "5")
    world.pump()
    world.pass_time(7)

    for symbol in ("BTC", "ETH"):
        world.leader_trades(symbol, "-5")
    world.pump()
    world.pass_time(7)

    assert [world.held_at_venue(follow, symbol) for symbol in ("BTC", "ETH")] == [0, 0]
