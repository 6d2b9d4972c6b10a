"""RATE_LIMITED has two causes, and the receipt tells which: the follow's rate, or ours."""

from __future__ import annotations

from tests.fakes.world import World, following
from understudy.adapters.memory.venue_budget import InMemoryVenueBudget
from understudy.domain.ids import FollowId
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.reasons import Reason
from understudy.domain.receipts import Receipt


def _last_of_two_entries(world: World, follow: FollowId) -> Receipt:
    world.copy_now("BTC", "1")
    world.copy_now("BTC", "1")
    return world.receipts(follow)[-1]


def test_the_follow_s_own_rate_shows_its_entries() -> None:
    world, follow = following(entries_per_minute=1)

    last = _last_of_two_entries(world, follow)

    assert (last.reason, last.bound_by) == (Reason.RATE_LIMITED, "entries_per_minute")
    assert last.numbers == {"entries_last_minute": 1, "entries_per_minute": 1}
    assert last.reason_text.startswith("this follow's own limit")


def test_our_own_budget_at_the_venue_is_not_blamed_on_the_follow() -> None:
    world, follow = following()
    world.budget = InMemoryVenueBudget({HYPERLIQUID: 1}, world.clock)
    world.copying = world._copy_ports(world.copying.store, world.venue)

    last = _last_of_two_entries(world, follow)

    assert (last.reason, last.bound_by) == (Reason.RATE_LIMITED, "venue_requests_per_minute")
    assert last.reason_text.startswith("the requests that we may send to the venue")
