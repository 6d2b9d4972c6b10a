"""What a drawdown stop leaves behind for a restart: readings begin anew, a realized loss stays."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tests.fakes.world import World, following
from understudy.domain.follows import FollowStatus, PauseReason
from understudy.domain.ids import FollowId
from understudy.domain.limits import DrawdownBasis, OnStop
from understudy.domain.reasons import Reason
from understudy.domain.receipts import CopyStatus
from understudy.workflows.copying.converging import converge_at_start


def _holding(basis: DrawdownBasis) -> tuple[World, FollowId]:
    """Hold 5 at 100 with a floor of -300."""
    return following("5", budget=1000, drawdown_basis=basis, max_total_leverage=Decimal(10))


def _turn(world: World, follow: FollowId, status: FollowStatus) -> None:
    known = world.table.follows[follow]
    world.directory.replace(replace(known, status=status, pause_reason=None))


def _read_at(world: World, *prices: str) -> None:
    for price in prices:
        world.price("BTC", price)
        world.sweep()


def test_a_restart_after_a_stop_by_equity_is_read_anew() -> None:
    world, follow = _holding(DrawdownBasis.EQUITY)
    _read_at(world, "30", "30")
    assert world.table.follows[follow].pause_reason is PauseReason.DRAWDOWN_STOP
    _turn(world, follow, FollowStatus.ACTIVE)

    world.copy("BTC", "1", price="100")

    assert world.table.follows[follow].status is FollowStatus.ACTIVE


def test_a_reading_from_before_a_pause_does_not_count_after_it() -> None:
    world, follow = _holding(DrawdownBasis.EQUITY)
    _read_at(world, "30")
    _turn(world, follow, FollowStatus.PAUSED)
    _read_at(world, "30")
    _turn(world, follow, FollowStatus.ACTIVE)

    _read_at(world, "30")

    assert world.table.follows[follow].status is FollowStatus.ACTIVE
    assert world.table.budgets[follow].drawdown_readings == 1


def test_a_close_that_was_not_followed_says_so_when_an_older_exit_goes_on_after_the_start() -> None:
    world, follow = following("5", on_stop=OnStop.KEEP)
    world.price("BTC", "100", "0.5")
    world.copy_now("BTC", "-3")
    _turn(world, follow, FollowStatus.PAUSED)
    world.copy_now("BTC", "-2")
    world.price("BTC", "100")
    _turn(world, follow, FollowStatus.ACTIVE)

    state = world.copying.store.follow_state(follow)
    assert state is not None
    converge_at_start(world.queues, state, world.clock.now_ms())
    world.pass_time(10)

    reduced, close = world.receipts(follow)[-2:]
    assert reduced.legs[-1].filled_size == Decimal("0.5")
    assert (close.status, close.reason, close.held) == (
        CopyStatus.DONE,
        Reason.FOLLOW_PAUSED,
        Decimal(2),
    )
    assert world.held_at_venue(follow) == 2


def test_a_restart_below_a_realized_floor_enters_nothing_before_it_is_stopped_again() -> None:
    world, follow = _holding(DrawdownBasis.REALIZED)
    world.copy("BTC", "-5", price="30")
    _turn(world, follow, FollowStatus.ACTIVE)

    world.copy("BTC", "3")
    world.sweep()

    assert world.receipts(follow)[-1].reason is Reason.DRAWDOWN_STOP
    assert world.held_at_venue(follow) == 0
    assert world.table.follows[follow].pause_reason is PauseReason.DRAWDOWN_STOP
