"""Windows that end together: each is ordered, but entries no oftener than the follow may."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.world import World, following
from understudy.domain.ids import FollowId
from understudy.domain.limits import CopyMode
from understudy.domain.reasons import Reason

SLOWER: list[dict[str, Any]] = [
    {"mode": CopyMode.THROTTLED, "throttle_window_ms": 1500},
    {"mode": CopyMode.SAFE_POLL, "sync_interval_seconds": 5},
]


def _moved_together(size: str, **changes: Any) -> tuple[World, FollowId]:
    """Let the leader trade two symbols at once, so that their windows end together."""
    world, follow = following(budget=100_000, **changes)
    _move_both(world, size)
    return world, follow


def _move_both(world: World, size: str) -> None:
    for symbol in ("BTC", "ETH"):
        world.leader_trades(symbol, size)
    world.pump()
    world.pass_time(7)


@pytest.mark.parametrize("mode", SLOWER)
def test_windows_that_end_together_enter_no_more_than_the_follow_may_in_a_minute(
    mode: dict[str, Any],
) -> None:
    world, follow = _moved_together("5", entries_per_minute=1, **mode)

    assert world.orders_at_venue(follow) == 1
    last = world.receipts(follow)[-1]
    assert (last.reason, last.bound_by) == (Reason.RATE_LIMITED, "entries_per_minute")
    assert last.numbers["entries_last_minute"] == 1
    assert last.target == 0


@pytest.mark.parametrize("mode", SLOWER)
def test_exits_of_windows_that_end_together_are_not_counted(mode: dict[str, Any]) -> None:
    world, follow = _moved_together("5", entries_per_minute=2, **mode)
    assert world.orders_at_venue(follow) == 2

    _move_both(world, "-5")

    assert [world.held_at_venue(follow, symbol) for symbol in ("BTC", "ETH")] == [0, 0]
