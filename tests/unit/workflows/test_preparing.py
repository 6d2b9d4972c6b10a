"""Without request budget an entry is skipped, and an exit waits for the next minute."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.fakes.builders import limits, ratio
from tests.fakes.world import World
from understudy.adapters.memory.venue_budget import InMemoryVenueBudget
from understudy.domain.errors import RequestBudgetError
from understudy.domain.ids import FollowId
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.reasons import Reason

MINUTE_MS = 60_000


def _world(weight_per_minute: int, **changes: Any) -> tuple[World, FollowId]:
    world = World()
    follow = world.follow(limits(ratio("100"), copy_budget_usdc=Decimal(10_000), **changes))
    world.begin()
    budget = InMemoryVenueBudget({HYPERLIQUID: weight_per_minute}, world.clock)
    world.copying = replace(world.copying, budget=budget)
    world.clock.advance(MINUTE_MS - world.clock.now_ms() % MINUTE_MS)
    return world, follow


def _trade(world: World, size: str) -> None:
    world.leader_trades("BTC", size)
    world.pump()


def test_an_entry_without_budget_is_skipped_and_exits_still_leave() -> None:
    # Entries have 2 of a minute's 8: the first pays for its leverage too.
    world, follow = _world(8)

    for size in ("5", "1", "-3"):
        _trade(world, size)

    reasons = [receipt.reason for receipt in world.receipts(follow)]
    assert reasons[1] is Reason.RATE_LIMITED
    assert world.held_at_venue(follow) == Decimal("2.5")


@pytest.mark.parametrize(("passed_ms", "waits"), [(0, 60), (1, 60), (59_999, 1)])
def test_an_exit_without_budget_says_when_to_come_back(passed_ms: int, waits: int) -> None:
    world, follow = _world(7)
    _trade(world, "5")
    _trade(world, "-1")
    _trade(world, "-1")
    _trade(world, "-1")
    world.clock.advance(passed_ms)
    _trade(world, "-1")

    error = world.failed[-1]
    assert isinstance(error, RequestBudgetError)
    assert error.again_in_seconds == waits
    assert world.held_at_venue(follow) > 0
