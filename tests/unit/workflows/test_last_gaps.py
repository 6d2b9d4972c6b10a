"""A follow that ended still gets a receipt for every trade from before its deletion."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.workflows.accounting import copied
from tests.unit.workflows.leaving import leave, lose_a_trade
from understudy.adapters.memory.queues import InMemoryQueues
from understudy.domain.follows import FollowStatus
from understudy.domain.ids import FollowId
from understudy.domain.limits import OnStop
from understudy.domain.reasons import Reason
from understudy.messages import CloseGaps, ReconcileCommand
from understudy.workflows.follow_reconcile import reconcile

if TYPE_CHECKING:
    from tests.fakes.world import World

DAY_MINUTES = 24 * 60


def _seqs(world: World, follow: FollowId) -> list[int]:
    return [receipt.seq for receipt in world.receipts(follow)]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[CloseGaps]:
    """Keep what is asked for about last receipts, by every world."""
    kept: list[CloseGaps] = []
    send = InMemoryQueues.to_reconcile

    def noting(queues: InMemoryQueues, *messages: ReconcileCommand, delay_seconds: int = 0) -> None:
        kept.extend(each for each in messages if isinstance(each, CloseGaps))
        send(queues, *messages, delay_seconds=delay_seconds)

    monkeypatch.setattr(InMemoryQueues, "to_reconcile", noting)
    return kept


def _reconcile_for_a_minute(world: World) -> int:
    """Reconcile what is due in a minute and lose what goes into lanes; gives how much that was."""
    world.clock.advance(60_000)
    for command in world.queues.reconcile.take():
        reconcile(world.reconcile_ports, command)
    return len(world.queues.lanes.take())


def test_a_trade_lost_before_the_deletion_gets_its_receipt_after_the_end() -> None:
    world, follow = copied("5")
    lose_a_trade(world, "2")
    assert leave(world, follow).status is FollowStatus.DELETED
    assert _seqs(world, follow) == [1]

    world.pass_time(60)

    assert [each.reason for each in world.receipts(follow)] == [None, Reason.FOLLOW_PAUSED]


def test_a_lost_exit_of_a_follow_that_kept_its_position_orders_nothing() -> None:
    world, follow = copied("5")
    held = world.held_at_venue(follow)
    lose_a_trade(world, "-5")
    leave(world, follow)

    world.pass_time(60)

    assert _seqs(world, follow) == [1, 2]
    assert world.held_at_venue(follow) == held != 0


def test_a_trade_after_the_deletion_is_nobody_s_any_more(asked: list[CloseGaps]) -> None:
    world, follow = copied("5")
    lose_a_trade(world, "2")
    leave(world, follow)
    world.copy("BTC", "1")

    world.pass_time(900)

    assert _seqs(world, follow) == [1, 2]
    assert len(asked) == 2  # at its end, and again until the receipt was there


def test_a_follow_that_closes_first_is_asked_about_once_it_has_ended(
    asked: list[CloseGaps],
) -> None:
    world, follow = copied("5")
    assert leave(world, follow, OnStop.COPY_CLOSES).status is FollowStatus.DELETING
    assert not asked

    world.copy_now("BTC", "-5")

    assert world.table.follows[follow].status is FollowStatus.DELETED
    world.pass_time(900)
    assert (_seqs(world, follow), len(asked)) == ([1, 2], 1)


def test_a_follow_whose_receipts_are_known_to_be_there_is_not_asked_about(
    asked: list[CloseGaps],
) -> None:
    world, follow = copied("5")
    world.sweep()

    leave(world, follow)

    assert not asked


def test_a_trade_that_is_lost_again_on_its_way_is_sent_again() -> None:
    world, follow = copied("5")
    lose_a_trade(world, "2")
    leave(world, follow)
    assert _reconcile_for_a_minute(world) == 1

    world.pass_time(60)

    assert _seqs(world, follow) == [1, 2]


def test_a_lane_that_takes_nothing_is_sent_it_ever_seldomer_and_not_after_a_day() -> None:
    world, follow = copied("5")
    lose_a_trade(world, "2")
    leave(world, follow)

    sent = [minute for minute in range(2 * DAY_MINUTES) if _reconcile_for_a_minute(world)]

    assert sent[:4] == [0, 1, 3, 7]
    assert DAY_MINUTES - 75 < sent[-1] <= DAY_MINUTES
    assert len(sent) < 40
    assert len(world.queues.reconcile) == 0


def test_a_follow_that_nobody_deleted_is_left_to_the_sweep(asked: list[CloseGaps]) -> None:
    world, follow = copied("5")
    lose_a_trade(world, "2")
    world.queues.to_reconcile(CloseGaps(follow, world.clock.now_ms() + 600_000))

    assert _reconcile_for_a_minute(world) == 0
    assert len(asked) == 1  # the one above


def test_what_does_not_exist_any_more_is_left_alone(asked: list[CloseGaps]) -> None:
    world, _ = copied("5")
    world.queues.to_reconcile(CloseGaps(FollowId("erased"), world.clock.now_ms() + 600_000))

    assert _reconcile_for_a_minute(world) == 0
    assert len(asked) == 1
