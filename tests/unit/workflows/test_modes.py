"""Slower modes net the trades of a window into one order; too many failures stop a follow."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.fakes.builders import fixed, ratio
from tests.fakes.world import World, following
from understudy.domain.ids import FollowId, WalletId
from understudy.domain.limits import CopyMode, CopySides, Sizing
from understudy.domain.reasons import Reason
from understudy.domain.receipts import CopyStatus
from understudy.messages import Converge, WakeLane
from understudy.ports.copying import Changes
from understudy.workflows.copying.converging import COMPARED, SETTLED
from understudy.workflows.reconciling.waking import wake_lane

SLOWER: list[dict[str, Any]] = [
    {"mode": CopyMode.THROTTLED, "throttle_window_ms": 1500},
    {"mode": CopyMode.SAFE_POLL, "sync_interval_seconds": 5},
]


def _world(sizing: Sizing | None = None, **changes: Any) -> tuple[World, FollowId]:
    return following(sizing=sizing, budget=100_000, **changes)


def _burst(world: World, *sizes: str) -> None:
    """Let the leader trade several times within half a second."""
    for size in sizes:
        world.copy_now("BTC", size)
        world.clock.advance(100)


@pytest.mark.parametrize("mode", SLOWER)
def test_the_trades_of_a_window_become_one_order_at_its_end(mode: dict[str, Any]) -> None:
    world, follow = _world(**mode)

    _burst(world, "5", "3", "-2")
    assert world.orders_at_venue(follow) == 0
    world.pass_time(7)

    assert (world.orders_at_venue(follow), world.held_at_venue(follow)) == (1, 6)
    assert world.receipts(follow)[-1].status is CopyStatus.DONE


@pytest.mark.parametrize("window_ms", [500, 501, 999, 1000, 1001, 1499, 1500])
def test_a_window_is_as_long_as_its_follow_asks(window_ms: int) -> None:
    world, follow = _world(mode=CopyMode.THROTTLED, throttle_window_ms=window_ms)
    decided_ms = world.clock.now_ms()
    world.copy_now("BTC", "5")

    while not world.orders_at_venue(follow):
        world.clock.advance(1)
        world.pump()

    assert world.clock.now_ms() - decided_ms == window_ms


def test_a_lane_is_woken_less_than_a_second_later_however_early_its_message_comes() -> None:
    world, follow = _world()
    wake = Converge(follow, WalletId("wallet-1"), "BTC", "throttled", world.clock.now_ms())
    before_ms = world.clock.now_ms()

    wake_lane(world.copying, WakeLane(wake, due_ms=before_ms + 60_000))

    assert world.clock.now_ms() - before_ms < 1000
    assert world.queues.lanes.take() == [wake]


def test_a_lane_whose_time_has_come_is_woken_at_once() -> None:
    world, follow = _world()
    wake = Converge(follow, WalletId("wallet-1"), "BTC", "throttled", world.clock.now_ms())
    before_ms = world.clock.now_ms()

    wake_lane(world.copying, WakeLane(wake, due_ms=before_ms - 1))

    assert world.clock.now_ms() == before_ms


@pytest.mark.parametrize("cause", [SETTLED, COMPARED])
@pytest.mark.parametrize("mode", SLOWER)
def test_who_asks_for_an_exit_orders_nothing_before_the_windows_end(
    mode: dict[str, Any], cause: str
) -> None:
    world, follow = _world(**mode)
    _burst(world, "5")

    wallet = world.table.follows[follow].wallet_id
    world.run_lane([Converge(follow, wallet, "BTC", cause, world.clock.now_ms())])

    assert world.orders_at_venue(follow) == 0
    world.pass_time(7)
    assert world.held_at_venue(follow) == 5


@pytest.mark.parametrize("mode", SLOWER)
def test_trades_that_cancel_out_cost_no_order(mode: dict[str, Any]) -> None:
    world, follow = _world(**mode)

    _burst(world, "5", "-5")
    world.pass_time(7)

    assert world.orders_at_venue(follow) == 0
    assert world.ledger(follow).is_flat


@pytest.mark.parametrize("mode", SLOWER)
def test_a_netted_entry_has_its_leverage_set_first(mode: dict[str, Any]) -> None:
    world, follow = _world(**mode)
    address = world.table.follows[follow].wallet_address

    _burst(world, "5")
    world.pass_time(7)

    assert world.venue.books.account(address).leverages["BTC"] == world.ledger(follow).leverage


@pytest.mark.parametrize("mode", SLOWER)
def test_exits_of_a_window_become_one_order_too(mode: dict[str, Any]) -> None:
    world, follow = _world(**mode)
    _burst(world, "8")
    world.pass_time(7)

    _burst(world, "-2", "-6")
    world.pass_time(7)

    assert (world.orders_at_venue(follow), world.held_at_venue(follow)) == (2, 0)
    assert world.ledger(follow).is_flat


@pytest.mark.parametrize("mode", SLOWER)
def test_a_flip_whose_open_is_refused_closes_at_the_windows_end(mode: dict[str, Any]) -> None:
    world, follow = _world(**mode, sides=CopySides.LONGS)
    _burst(world, "5")
    world.pass_time(7)

    _burst(world, "-8")
    world.pass_time(7)
    flip = world.receipts(follow)[-1]
    assert (flip.status, flip.reason) == (CopyStatus.DONE, Reason.SIDE_NOT_ALLOWED)
    assert world.held_at_venue(follow) == 0


@pytest.mark.parametrize("mode", SLOWER)
def test_a_flip_within_a_window_ends_on_the_other_side(mode: dict[str, Any]) -> None:
    world, follow = _world(**mode)
    _burst(world, "5")
    world.pass_time(7)

    _burst(world, "-8")
    world.pass_time(14)

    assert world.held_at_venue(follow) == world.ledger(follow).held == -3


@pytest.mark.parametrize("mode", SLOWER)
def test_a_window_end_that_comes_again_orders_nothing(mode: dict[str, Any]) -> None:
    world, follow = _world(**mode)
    world.leader_trades("BTC", "5")
    world.sync()
    commands = world.queues.lanes.take()

    world.run_lane(commands)
    world.run_lane(commands)
    world.pass_time(7)

    assert world.orders_at_venue(follow) == 1


def _hurry(world: World, trades: int) -> None:
    """Let the leader go up by one unit very often within a minute."""
    for _ in range(trades):
        world.copy_now("BTC", "1")
        world.clock.advance(500)


def test_a_leader_who_is_too_fast_is_polled() -> None:
    world, follow = _world(entries_per_minute=300)

    _hurry(world, 70)
    world.pass_time(12)

    assert world.held_at_venue(follow) == 70
    assert world.orders_at_venue(follow) < 64


def test_a_follow_that_refuses_polling_enters_nothing_of_a_leader_who_is_too_fast() -> None:
    world, follow = _world(entries_per_minute=300, refuse_safe_poll=True)

    _hurry(world, 70)
    world.pass_time(12)

    receipts = world.receipts(follow)
    assert {receipt.reason for receipt in receipts[59:]} == {Reason.LEADER_TOO_FAST}
    assert world.held_at_venue(follow) == 59


def test_the_close_of_a_leader_who_is_too_fast_is_copied_all_the_same() -> None:
    world, follow = _world(entries_per_minute=300, refuse_safe_poll=True)
    _hurry(world, 70)

    world.leader_trades("BTC", "-70")
    world.pass_time(12)

    assert world.held_at_venue(follow) == 0


def test_one_order_of_the_leader_in_many_pieces_is_one_entry_of_fixed_sizing() -> None:
    world, follow = _world(fixed("100"))

    _burst(world, *["1"] * 20)

    receipts = world.receipts(follow)
    assert {receipt.reason for receipt in receipts[1:]} == {Reason.SAME_ENTRY}
    assert world.held_at_venue(follow) == 1


def test_slices_below_the_minimum_add_up() -> None:
    world, follow = _world(ratio("10"))

    _burst(world, "0.4", "0.4", "0.4")

    receipts = world.receipts(follow)
    assert [receipt.reason for receipt in receipts] == [Reason.CARRIED, Reason.CARRIED, None]
    assert world.held_at_venue(follow) == Decimal("0.12")


def test_a_new_exit_of_a_window_waits_for_no_rest_of_the_one_before() -> None:
    world, follow = _world(**SLOWER[0])
    _burst(world, "8")
    world.pass_time(3)
    rests_until_ms = world.clock.now_ms() + 180_000
    resting = replace(world.ledger(follow), exit_rests_until_ms=rests_until_ms)
    world.copying.store.commit(Changes(ledger=resting))

    _burst(world, "-8")
    world.pass_time(3)

    assert world.held_at_venue(follow) == 0
