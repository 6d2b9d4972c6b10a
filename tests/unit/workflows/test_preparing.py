"""Without request budget an entry is skipped and an exit waits; its lane waits for neither."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.fakes.venue import Fault
from tests.fakes.world import World, following
from understudy.adapters.memory.venue_budget import InMemoryVenueBudget
from understudy.domain.follows import FollowStatus
from understudy.domain.ids import FollowId
from understudy.domain.limits import OnStop
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.reasons import Reason
from understudy.domain.receipts import CopyStatus
from understudy.domain.refusals import VENUE_REQUESTS
from understudy.messages import WakeLane
from understudy.ports.delivery import Purpose
from understudy.workflows.copying.closing_out import close_out
from understudy.workflows.copying.converging import OPEN_EXIT, convergence

MINUTE_MS = 60_000
# One for the exit, one for each cause of a sweep that found it: they never add up.
MOST_WAKES = 3


def _world(weight_per_minute: int, **changes: Any) -> tuple[World, FollowId]:
    world, follow = following(**changes)
    budget = InMemoryVenueBudget({HYPERLIQUID: weight_per_minute}, world.clock)
    world.copying = replace(world.copying, budget=budget)
    world.clock.advance(MINUTE_MS - world.clock.now_ms() % MINUTE_MS)
    return world, follow


def test_an_entry_without_budget_is_skipped_and_exits_still_leave() -> None:
    # Entries have 2 of a minute's 8: the first pays for its leverage too.
    world, follow = _world(8)

    for size in ("5", "1", "-3"):
        world.copy_now("BTC", size)

    reasons = [receipt.reason for receipt in world.receipts(follow)]
    assert reasons[1] is Reason.RATE_LIMITED
    assert world.held_at_venue(follow) == Decimal("2.5")


def _exhausted(world: World) -> None:
    """Open a position, and close parts of it until the minute has nothing left for exits."""
    for size in ("5", "-1", "-1", "-1"):
        world.copy_now("BTC", size)
    assert not world.copying.budget.take(HYPERLIQUID, Purpose.EXIT, 1)


def test_an_exit_without_budget_leaves_its_lane_and_says_what_it_waits_for() -> None:
    world, follow = _world(7)
    _exhausted(world)

    world.copy_now("BTC", "-1")
    waiting = world.receipts(follow)[-1]
    world.copy_now("ETH", "1")

    assert (waiting.status, waiting.bound_by) == (CopyStatus.WAITING, VENUE_REQUESTS)
    assert waiting.reason_text
    assert world.receipts(follow)[-1].reason is Reason.RATE_LIMITED
    assert world.failed == []


@pytest.mark.parametrize("passed_ms", [0, 1, 30_500, 59_999])
def test_an_exit_without_budget_leaves_as_the_next_minute_begins(passed_ms: int) -> None:
    world, follow = _world(7)
    _exhausted(world)
    world.clock.advance(passed_ms)
    held = world.held_at_venue(follow)
    world.copy_now("BTC", "-1")

    world.clock.advance((MINUTE_MS - passed_ms) // 1000 * 1000)
    world.pump()

    assert world.clock.now_ms() % MINUTE_MS == 0
    assert world.held_at_venue(follow) < held
    assert world.receipts(follow)[-1].status is CopyStatus.DONE


def test_exits_that_waited_leave_as_one_order() -> None:
    world, follow = _world(7)
    _exhausted(world)
    world.venue.sent.clear()
    world.copy_now("BTC", "-1")
    world.copy_now("BTC", "-1")

    world.pass_time(60)

    assert len(world.venue.sent) == 1
    assert world.held_at_venue(follow) == world.ledger(follow).target == 0
    earlier, newest = world.receipts(follow)[-2:]
    assert (earlier.reason, newest.status) == (Reason.SUPERSEDED, CopyStatus.DONE)


def test_an_exit_waits_on_while_other_exits_use_up_every_minute() -> None:
    world, follow = _world(7)
    _exhausted(world)
    world.copy_now("BTC", "-1")
    for _ in range(20):
        world.clock.advance(MINUTE_MS - world.clock.now_ms() % MINUTE_MS)
        while world.copying.budget.take(HYPERLIQUID, Purpose.EXIT, 1):
            pass
        world.sweep()
    assert world.receipts(follow)[-1].status is CopyStatus.WAITING

    lanes = [each for each in world.queues.reconcile.take(1000) if isinstance(each, WakeLane)]

    assert len(lanes) <= MOST_WAKES
    assert world.failed == []


def test_an_exit_that_is_woken_by_a_clock_ahead_of_its_own_is_woken_again() -> None:
    world, follow = _world(7)
    _exhausted(world)
    world.copy_now("BTC", "-1")
    held, due_ms = world.held_at_venue(follow), world.clock.now_ms() + MINUTE_MS
    world.clock.advance(MINUTE_MS - 50)

    early = convergence(world.table.follows[follow], "BTC", OPEN_EXIT, due_ms)
    world.queues.to_lanes([early])
    world.pump()
    world.pass_time(2)

    assert world.held_at_venue(follow) < held


def test_a_turn_without_budget_closes_in_the_next_minute_and_its_open_is_late() -> None:
    world, follow = _world(7)
    _exhausted(world)

    world.copy_now("BTC", "-4")
    assert world.ledger(follow).waiting
    world.pass_time(60)

    turned = world.receipts(follow)[-1]
    assert (turned.status, turned.reason) == (CopyStatus.DONE, Reason.STALE)
    assert world.held_at_venue(follow) == 0
    assert world.ledger(follow).is_flat


def test_a_close_of_an_unknown_entry_without_budget_comes_when_the_entry_is_known() -> None:
    world, follow = _world(1_000)
    world.copy_now("BTC", "5")
    world.venue.faults.append(Fault.TIMES_OUT_AFTER_ACCEPT)
    world.copy_now("BTC", "1")
    while world.copying.budget.take(HYPERLIQUID, Purpose.EXIT, 1):
        pass

    world.copy_now("BTC", "-6")
    world.pass_time(60)

    assert world.held_at_venue(follow) == 0
    assert world.ledger(follow).is_flat
    assert all(receipt.status.is_terminal for receipt in world.receipts(follow))


def test_an_entry_never_uses_what_is_kept_for_exits() -> None:
    world, follow = _world(8)
    world.copy_now("BTC", "5")
    for _ in range(5):
        world.copy_now("BTC", "1")

    world.copy_now("BTC", "-5")

    assert world.receipts(follow)[-1].status is CopyStatus.DONE


def test_a_close_of_a_stopped_follow_waits_for_the_budget_too() -> None:
    world, follow = _world(7, on_stop=OnStop.CLOSE_NOW)
    _exhausted(world)
    known = world.table.follows[follow]
    world.directory.replace(replace(known, status=FollowStatus.PAUSED))
    state = world.copying.store.follow_state(follow)
    assert state is not None
    close_out(world.queues, state, world.clock.now_ms())
    world.pump()
    assert world.held_at_venue(follow) > 0

    world.pass_time(60)

    assert world.held_at_venue(follow) == 0
    assert world.failed == []
