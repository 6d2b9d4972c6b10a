"""Where the venue moves a leader's position without a fill: exits follow once, entries never."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest

from tests.fakes.builders import LEADER
from tests.fakes.world import World
from tests.unit.workflows.comparing import REPAIR, begun_world, repair, trades_of
from tests.unit.workflows.crashing import CrashError, Crashing, CrashPoint, every_crash
from understudy.domain.ids import FollowId
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.reasons import Reason
from understudy.domain.receipts import CopyStatus
from understudy.domain.trades import TradeKind
from understudy.messages import CheckLeader
from understudy.workflows.leader_sync import sync_leader
from understudy.workflows.watching.fanning_out import FanOutPorts
from understudy.workflows.watching.leader_books import check
from understudy.workflows.watching.numbering import SyncPorts

CHECK = CheckLeader(HYPERLIQUID, LEADER)


def _settled_at(world: World, size: str, symbol: str = "BTC") -> None:
    """Let the venue move the leader's position and show no fill, as after an ADL."""
    world.venue.books.account(LEADER).positions[symbol].size = Decimal(size)


def _booked(world: World) -> Decimal:
    positions = world.leaders.leader_book(HYPERLIQUID, LEADER).positions
    return positions.get("BTC", Decimal(0))


def test_a_position_that_is_gone_without_a_fill_is_closed_once() -> None:
    world, follow = begun_world("5")
    _settled_at(world, "0")

    repair(world, times=4)

    closing = trades_of(world)[-1]
    assert (len(trades_of(world)), closing.kind, closing.correction) == (2, TradeKind.CLOSE, True)
    assert (world.held_at_venue(follow), world.orders_at_venue(follow)) == (0, 2)
    last = world.receipts(follow)[-1]
    assert (last.status, last.correction) == (CopyStatus.DONE, True)


def test_a_smaller_position_reduces_the_copy_by_its_share() -> None:
    world, follow = begun_world("5")
    _settled_at(world, "2")

    repair(world)

    assert (world.held_at_venue(follow), _booked(world)) == (2, 2)


@pytest.mark.parametrize("shown", ["9", "-3"])
def test_a_position_that_grew_or_turned_is_recorded_and_never_entered(shown: str) -> None:
    world, follow = begun_world("5")
    _settled_at(world, shown)

    repair(world)

    assert _booked(world) == Decimal(shown)
    assert world.held_at_venue(follow) == (5 if shown == "9" else 0)
    world.copy("BTC", str(-Decimal(shown)))
    assert world.held_at_venue(follow) == 0


def test_an_entry_that_is_only_recorded_says_so() -> None:
    world, follow = begun_world("5")
    _settled_at(world, "9")

    repair(world)

    last = world.receipts(follow)[-1]
    assert (last.reason, last.bound_by) == (Reason.STALE, "correction_of_the_leaders_book")
    assert "no fill explains" in last.reason_text
    assert world.ledger(follow).last_seq == 1


def test_one_reading_corrects_nothing() -> None:
    world, follow = begun_world("5")
    _settled_at(world, "0")
    repair(world, times=1)
    _settled_at(world, "5")

    repair(world)

    assert (len(trades_of(world)), world.held_at_venue(follow)) == (1, 5)


def test_two_readings_in_a_row_must_lie_apart() -> None:
    world, _ = begun_world("5")
    _settled_at(world, "0")

    for _ in range(3):
        world.queues.to_leader_sync([REPAIR])
        world.pump()
        world.clock.advance(5_000)

    assert len(trades_of(world)) == 1


def test_a_symbol_that_trades_meanwhile_is_doubted_anew() -> None:
    world, _ = begun_world("5")
    _settled_at(world, "4")
    repair(world, times=1)
    for size in ("1", "-1"):
        world.copy("BTC", size)

    repair(world, times=1)

    assert not any(trade.correction for trade in trades_of(world))


def test_another_symbol_s_trades_do_not_stop_a_correction() -> None:
    world, follow = begun_world("5")
    _settled_at(world, "0")
    repair(world, times=1)
    world.copy("ETH", "1")

    repair(world, times=1)

    assert world.held_at_venue(follow) == 0


def test_without_a_mark_a_correction_waits() -> None:
    world, follow = begun_world("5")
    marks = world.markets._marks[HYPERLIQUID]
    world.markets._marks.clear()
    _settled_at(world, "0")
    repair(world, times=3)
    assert world.held_at_venue(follow) == 5

    world.markets.put_marks(HYPERLIQUID, marks)
    repair(world, times=1)

    assert world.held_at_venue(follow) == 0


def test_a_correction_is_no_trade_of_the_leaders_pace() -> None:
    world, _ = begun_world("5")
    before = world.leaders.leader_book(HYPERLIQUID, LEADER)
    _settled_at(world, "0")

    repair(world)

    after = world.leaders.leader_book(HYPERLIQUID, LEADER)
    assert after.recent_trades_ms == before.recent_trades_ms
    assert (after.last_trade_ms, after.doubts) == (before.last_trade_ms, ())


def _correct_twice(point: CrashPoint) -> tuple[World, FollowId]:
    """Have a position that is gone corrected by a worker that may die, and by the next one."""
    world, follow = begun_world("5")
    _settled_at(world, "0")
    repair(world, times=1)
    fan_out = FanOutPorts(
        Crashing(world.leaders, point), Crashing(world.queues, point), world.clock
    )
    for _ in range(2):
        with suppress(CrashError):
            sync_leader(SyncPorts(fan_out, world.markets, world.copying.venues), [REPAIR])
    return world, follow


def _calls_of_a_correction() -> int:
    point = CrashPoint()
    _correct_twice(point)
    return point.calls


@pytest.mark.parametrize(("at", "after"), every_crash(_calls_of_a_correction()))
def test_whoever_dies_on_the_way_the_exit_is_copied_once(at: int, *, after: bool) -> None:
    world, follow = _correct_twice(CrashPoint(at, after))
    world.pump()
    world.clock.advance(31_000)
    world.sweep()

    assert (world.held_at_venue(follow), world.orders_at_venue(follow)) == (0, 2)
    assert len(trades_of(world)) == 2


def _looks(world: World, point: CrashPoint) -> None:
    """Let a check of the leader look, whose lanes take nothing once."""
    fan_out = FanOutPorts(world.leaders, Crashing(world.queues, point), world.clock)
    check(SyncPorts(fan_out, world.markets, world.copying.venues), CHECK)


def _dies_before_sending(world: World) -> None:
    """Die before the second sending: the first is of the trade before, which may not be sent."""
    with pytest.raises(CrashError):
        _looks(world, CrashPoint(2))
    assert _booked(world) == 0


def _dies_before_sending_and_looks_again(world: World) -> None:
    _dies_before_sending(world)
    _looks(world, CrashPoint())
    world.pump()


def _closed_unheard() -> tuple[World, FollowId]:
    """Hold 5, which the leader has closed without our stream's hearing of it."""
    world, follow = begun_world("5")
    world.leader_trades("BTC", "-5")
    world.queues.leader_sync.take(1000)
    return world, follow


def test_what_a_check_stored_and_did_not_send_goes_out_with_the_next_check() -> None:
    world, follow = _closed_unheard()

    _dies_before_sending_and_looks_again(world)

    assert world.held_at_venue(follow) == 0
    assert not world.leaders.leader_book(HYPERLIQUID, LEADER).look_wanted


def test_what_a_check_stored_and_did_not_send_waits_for_no_answer_of_the_venue() -> None:
    world, follow = _closed_unheard()
    _dies_before_sending(world)

    world.venue.is_down = True
    _looks(world, CrashPoint())
    world.venue.is_down = False
    world.pump()

    assert world.held_at_venue(follow) == 0


def test_a_correction_that_was_stored_and_not_sent_goes_out_with_the_next_check() -> None:
    world, follow = begun_world("5")
    _settled_at(world, "0")
    _looks(world, CrashPoint())
    world.clock.advance(60_000)

    _dies_before_sending_and_looks_again(world)

    assert world.held_at_venue(follow) == 0
