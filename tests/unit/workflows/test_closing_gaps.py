"""A trade that never reached its lane is found by its missing receipt and sent again."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.world import World
from tests.unit.workflows.accounting import copied
from understudy.domain.errors import DependencyError, VenueUnreachableError
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.reasons import Reason
from understudy.workflows.follow_reconcile import reconcile, sweep
from understudy.workflows.reconciling.closing_gaps import close_gaps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.messages import LaneCommand


def _lose_a_trade(world: World, size: str) -> None:
    world.leader_trades("BTC", size)
    world.sync()
    world.queues.lanes.take()
    world.clock.advance(31_000)


def test_a_trade_that_never_reached_its_lane_gets_a_receipt() -> None:
    world, follow = copied()
    _lose_a_trade(world, "5")

    world.sweep()

    assert [receipt.reason for receipt in world.receipts(follow)] == [Reason.STALE]


def test_a_close_that_never_reached_its_lane_is_copied() -> None:
    world, follow = copied("5")
    _lose_a_trade(world, "-5")

    world.sweep()

    assert world.held_at_venue(follow) == 0


def test_a_lost_close_is_copied_while_the_venue_answers_no_questions() -> None:
    world, follow = copied("5")
    _lose_a_trade(world, "-5")
    world.venue.is_down = True

    sweep(world.reconcile_ports, HYPERLIQUID)
    for command in world.queues.reconcile.take():
        with suppress(VenueUnreachableError):  # it comes again, as a queue has it
            reconcile(world.reconcile_ports, command)
    world.pump()

    assert world.held_at_venue(follow) == 0


def test_checked_trades_are_not_looked_at_again() -> None:
    world, follow = copied("5", "-2")

    world.sweep()

    assert world.table.budgets[follow].checked_seq == 2


def test_trades_behind_a_gap_are_checked_again_once_it_is_closed() -> None:
    world, follow = copied("5")
    _lose_a_trade(world, "2")
    world.copy("BTC", "-1")

    sweep(world.reconcile_ports, HYPERLIQUID)
    for command in world.queues.reconcile.take():
        reconcile(world.reconcile_ports, command)
    assert world.table.budgets[follow].checked_seq == 1
    world.pump()
    world.sweep()

    assert world.table.budgets[follow].checked_seq == 3


def test_a_trade_that_may_still_be_on_its_way_is_not_sent_again() -> None:
    world, follow = copied()
    world.leader_trades("BTC", "5")
    world.sync()
    world.queues.lanes.take()
    world.clock.advance(29_000)

    world.sweep()

    assert not world.receipts(follow)


def _look(world: World) -> int:
    """Reconcile every wallet without running the lanes; gives how many commands were sent there."""
    sweep(world.reconcile_ports, HYPERLIQUID)
    for command in world.queues.reconcile.take():
        reconcile(world.reconcile_ports, command)
    return len(world.queues.lanes.take())


def test_a_lane_that_takes_nothing_is_sent_the_same_trade_ever_seldomer() -> None:
    world, _ = copied()
    _lose_a_trade(world, "5")

    minutes = []
    for minute in range(180):
        if _look(world):
            minutes.append(minute)
        world.clock.advance(60_000)

    assert minutes == [0, 1, 3, 7, 15, 31, 63, 123]


def test_a_trade_that_is_newly_missed_goes_at_once_while_older_ones_wait() -> None:
    world, _ = copied()
    _lose_a_trade(world, "5")
    assert [_look(world), _look(world)] == [1, 0]
    _lose_a_trade(world, "2")

    assert _look(world) == 1


def test_once_nothing_is_missed_the_next_trade_is_sent_again_after_a_minute() -> None:
    world, follow = copied()
    _lose_a_trade(world, "5")
    for _ in range(10):
        _look(world)
        world.clock.advance(60_000)
    world.sweep()
    world.clock.advance(3_600_000)
    world.sweep()
    world.sweep()
    assert world.table.budgets[follow].gaps_pause_ms == 0

    _lose_a_trade(world, "2")

    sent = []
    for _ in range(3):
        sent.append(_look(world))
        world.clock.advance(60_000)
    assert sent == [1, 1, 0]


class FullQueue:
    """Queues whose lanes take nothing."""

    def to_lanes(self, messages: Sequence[LaneCommand]) -> None:
        raise DependencyError("the queue took nothing", messages=len(messages))


def test_what_could_not_be_sent_goes_with_the_next_look_and_not_after_a_pause() -> None:
    world, follow = copied("5")
    _lose_a_trade(world, "-5")
    state = world.copying.store.follow_state(follow)
    queues: Any = FullQueue()
    assert state is not None
    with pytest.raises(DependencyError):
        close_gaps(replace(world.copying, queues=queues), world.leaders, state)

    world.sweep()

    assert world.held_at_venue(follow) == 0
