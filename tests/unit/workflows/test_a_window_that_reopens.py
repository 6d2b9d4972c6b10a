"""What the leader closes and opens again within a window is what the follow holds already."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.fakes.builders import fixed, limits, ratio
from tests.fakes.world import World
from understudy.domain.limits import CopyMode
from understudy.domain.reasons import Reason

SIZINGS: list[dict[str, Any]] = [
    {"sizing": fixed("100")},
    {"sizing": ratio("100"), "max_order_usdc": Decimal(100)},
    {"sizing": ratio("100")},
]


@pytest.mark.parametrize("mode", [CopyMode.THROTTLED, CopyMode.SAFE_POLL])
@pytest.mark.parametrize("chosen", SIZINGS, ids=["fixed", "bound by a limit", "bound by nothing"])
def test_what_a_window_closes_and_opens_again_stays_held(
    chosen: dict[str, Any], mode: CopyMode
) -> None:
    world = World()
    follow = world.follow(limits(**chosen, copy_budget_usdc=Decimal(100_000), mode=mode))
    world.begin()
    world.leader_trades("BTC", "5")
    world.pass_time(70)
    held = world.held_at_venue(follow)

    for size in ("-5", "5"):
        world.copy_now("BTC", size)
        world.clock.advance(100)
    world.pass_time(70)

    assert held > 0
    assert world.held_at_venue(follow) == held
    assert world.orders_at_venue(follow) == 1
    assert world.receipts(follow)[-1].reason is Reason.CARRIED
