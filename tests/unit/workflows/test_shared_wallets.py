"""Two follows on one wallet, and symbols held by hand: each ledger answers for its own part."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.fakes.builders import limits, ratio
from tests.fakes.sharing import follow_another, other_leader_trades
from tests.fakes.world import World
from understudy.domain.ids import FollowId
from understudy.domain.limits import CopyMode
from understudy.domain.reasons import Reason

MODES: list[dict[str, Any]] = [
    {"mode": CopyMode.REALTIME},
    {"mode": CopyMode.THROTTLED, "throttle_window_ms": 1500},
    {"mode": CopyMode.SAFE_POLL, "sync_interval_seconds": 5},
]


def _two_follows(mode: dict[str, Any] | None = None) -> tuple[World, FollowId, FollowId]:
    world, own = World(), limits(ratio("100"), copy_budget_usdc=Decimal(5000), **(mode or {}))
    first = world.follow(own)
    return world, first, follow_another(world, first, own)


def _other_copies(world: World, size: str, symbol: str = "BTC") -> None:
    other_leader_trades(world, size, symbol)
    world.pump()
    world.clock.advance(61_000)


def _sweeps(world: World) -> None:
    for _ in range(3):
        world.sweep()
        world.clock.advance(31_000)


def test_a_follow_is_not_blamed_for_what_another_one_of_its_wallet_holds() -> None:
    world, _, second = _two_follows()
    world.copy("BTC", "5")
    _other_copies(world, "2")

    _sweeps(world)

    assert world.receipts(second)[-1].reason is Reason.SYMBOL_IN_USE
    assert not world.ledger(second).entries_paused


def test_a_symbol_that_became_free_is_copied_by_the_other_follow() -> None:
    world, _, second = _two_follows()
    world.copy("BTC", "5")
    _other_copies(world, "2")
    _sweeps(world)
    world.copy("BTC", "-5")

    _other_copies(world, "1")

    assert world.ledger(second).held == world.held_at_venue(second) == 1


def test_what_the_other_follow_closed_after_the_reading_is_nobodys_hand() -> None:
    world, first, second = _two_follows()
    world.copy("BTC", "5")
    world.sweep()  # reads the account while the first holds it
    world.copy_now("BTC", "-5")
    world.clock.advance(2_000)

    _other_copies(world, "1")

    assert world.receipts(second)[-1].reason is None
    assert world.ledger(second).held == world.held_at_venue(first) == 1


def test_a_wish_that_was_carried_is_not_compared_with_the_others_position() -> None:
    world, first, second = _two_follows()
    _other_copies(world, "0.05")
    world.copy("BTC", "5")

    _sweeps(world)

    assert world.ledger(second).target == Decimal("0.05")
    assert not world.ledger(second).entries_paused
    assert not world.ledger(first).entries_paused


def test_each_follow_has_its_own_drift() -> None:
    world, first, second = _two_follows()
    world.copy("BTC", "5")
    _other_copies(world, "2", "ETH")
    world.venue.trade(world.table.follows[first].wallet_address, "ETH", "1")

    _sweeps(world)

    assert world.ledger(second, "ETH").entries_paused
    assert not world.ledger(first).entries_paused


def test_a_position_taken_by_hand_after_the_copied_one_was_closed_is_the_hands() -> None:
    world, first, _ = _two_follows()
    world.copy("BTC", "5")
    world.copy("BTC", "-5")
    world.venue.trade(world.table.follows[first].wallet_address, "BTC", "3")

    _sweeps(world)

    assert not world.ledger(first).entries_paused
    assert world.held_at_venue(first) == 3


@pytest.mark.parametrize("mode", MODES)
def test_a_turn_that_closed_and_only_carries_since_leaves_the_symbol_to_the_other_follow(
    mode: dict[str, Any],
) -> None:
    world, first, second = _two_follows(mode)
    for size in ("1", "-1.05"):
        world.copy("BTC", size)
        world.pass_time(8)

    _other_copies(world, "1")
    world.pass_time(8)

    assert (world.ledger(first).target, world.ledger(first).held) == (Decimal("-0.05"), 0)
    assert world.receipts(second)[-1].reason is None
    assert world.held_at_venue(second) == 1


@pytest.mark.parametrize("mode", MODES)
def test_nothing_is_entered_beside_a_hand_that_took_the_symbol_while_a_turn_was_carried(
    mode: dict[str, Any],
) -> None:
    world, first, _ = _two_follows(mode)
    for size in ("1", "-1.05"):
        world.copy("BTC", size)
        world.pass_time(8)
    world.venue.trade(world.table.follows[first].wallet_address, "BTC", "3")
    _sweeps(world)

    world.copy("BTC", "-1")
    world.pass_time(8)

    assert world.receipts(first)[-1].reason is Reason.SYMBOL_IN_USE
    assert world.held_at_venue(first) == 3


def test_a_wallet_out_of_actions_rests_for_every_follow_of_it() -> None:
    world, first, second = _two_follows()
    world.copy_now("BTC", "1", "Too many cumulative requests sent (3 > 2) for cumulative volume")

    other_leader_trades(world, "1", "ETH")
    world.pump()

    refused = [world.receipts(each)[-1] for each in (first, second)]
    assert {each.reason for each in refused} == {Reason.RATE_LIMITED}
    assert {each.bound_by for each in refused} == {"actions_of_the_account"}
    assert len(world.venue.sent) == 1
