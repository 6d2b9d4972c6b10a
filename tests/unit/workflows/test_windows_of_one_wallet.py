"""Windows of two follows of one wallet that end over one symbol: one enters, the other says why."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.fakes.builders import limits, ratio
from tests.fakes.sharing import follow_another, other_leader_trades
from tests.fakes.world import World
from understudy.domain.limits import CopyMode, Limits
from understudy.domain.ownership import SymbolOwner, by_hand
from understudy.domain.reasons import Reason
from understudy.ports.copying import Changes

SLOWER: list[dict[str, Any]] = [
    {"mode": CopyMode.THROTTLED, "throttle_window_ms": 1500},
    {"mode": CopyMode.SAFE_POLL, "sync_interval_seconds": 5},
]


def _limits(**changes: Any) -> Limits:
    return limits(ratio(), copy_budget_usdc=Decimal(5000), **changes)


@pytest.mark.parametrize("mode", SLOWER)
def test_of_two_windows_over_one_symbol_the_later_one_ends_with_its_reason(
    mode: dict[str, Any],
) -> None:
    world = World()
    first = world.follow(_limits(**mode))
    second = follow_another(world, first, _limits(**mode))

    world.leader_trades("BTC", "1")
    other_leader_trades(world, "-2")
    world.pump()
    world.pass_time(7)

    assert world.failed == []
    assert world.held_at_venue(first) == world.ledger(first).held == 1
    assert world.receipts(second)[-1].reason is Reason.SYMBOL_IN_USE
    assert world.ledger(second).target == 0


def test_a_window_leaves_the_leverage_of_what_another_follow_holds_alone() -> None:
    world = World()
    world.leader_uses("BTC", 5)
    first = world.follow(_limits(**SLOWER[0], max_total_leverage=Decimal(5)))
    second = follow_another(world, first, _limits(**SLOWER[0], max_total_leverage=Decimal(1)))
    world.copy("BTC", "1")
    world.pass_time(3)
    world.copy("BTC", "-1")  # by now the leader's leverage is known
    world.pass_time(3)

    world.leader_trades("BTC", "1")
    other_leader_trades(world, "-2")
    world.pump()
    world.pass_time(3)

    address = world.table.follows[first].wallet_address
    assert world.held_at_venue(first) == 1
    assert world.venue.books.account(address).leverages["BTC"] == 5
    assert world.receipts(second)[-1].reason is Reason.SYMBOL_IN_USE


@pytest.mark.parametrize("mode", SLOWER)
def test_a_window_does_not_enter_beside_what_came_into_its_owners_hand_meanwhile(
    mode: dict[str, Any],
) -> None:
    world = World()
    follow = world.follow(_limits(**mode))
    world.begin()
    world.leader_trades("BTC", "1")
    world.pump()

    known = world.table.follows[follow]
    world.venue.trade(known.wallet_address, "BTC", "3")
    hand = SymbolOwner(known.wallet_id, "BTC", by_hand(world.clock.now_ms()))
    world.copying.store.commit(Changes(owner_taken=hand))
    world.pass_time(7)

    assert world.failed == []
    assert world.held_at_venue(follow) == 3
    assert world.receipts(follow)[-1].reason is Reason.SYMBOL_IN_USE


def test_a_window_enters_what_the_other_follow_has_left() -> None:
    world = World()
    first = world.follow(_limits(**SLOWER[1]))
    second = follow_another(world, first, _limits(**SLOWER[1]))
    world.leader_trades("BTC", "1")
    world.pump()
    world.pass_time(6)
    world.leader_trades("BTC", "-1")
    world.pump()
    world.pass_time(6)

    other_leader_trades(world, "-2")
    world.pump()
    world.pass_time(6)

    assert world.ledger(second).held == world.held_at_venue(second) == -2
