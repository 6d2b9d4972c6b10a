"""What the lanes left open is closed by the venue's evidence; without it nothing is guessed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.fakes.venue import Fault
from tests.fakes.world import World, following
from tests.unit.workflows.crashing import CrashError, CrashPoint, every_crash, make_crash
from understudy.domain.errors import VenueUnreachableError
from understudy.domain.follows import FollowStatus, PauseReason
from understudy.domain.ids import FollowId, WalletId
from understudy.domain.limits import DrawdownBasis, OnStop
from understudy.domain.reasons import Reason
from understudy.domain.receipts import CopyStatus
from understudy.messages import ReconcileWallet
from understudy.workflows.follow_reconcile import reconcile

WALLET = WalletId("wallet-1")


def _by_hand(world: World, follow: FollowId, size: str) -> None:
    world.venue.trade(world.table.follows[follow].wallet_address, "BTC", size)


def test_a_position_that_is_gone_twice_is_a_phantom() -> None:
    world, follow = following("5")
    _by_hand(world, follow, "-5")

    world.sweep()
    assert world.ledger(follow).held == 5
    world.clock.advance(31_000)
    world.sweep()

    ledger = world.ledger(follow)
    assert (ledger.held, ledger.target, ledger.phantoms) == (0, 0, 1)
    assert world.table.budgets[follow].margin == 0
    assert world.table.owners == {}


def test_an_exit_that_rests_is_over_when_its_position_turns_out_to_be_gone() -> None:
    world, follow = following("5")
    _by_hand(world, follow, "-5")
    world.sweep()
    world.clock.advance(31_000)
    world.copy_now("BTC", "-5", "Only post-only orders allowed immediately after network upgrade")
    assert world.receipts(follow)[-1].status is CopyStatus.CLAIMED

    world.sweep()

    newest = world.receipts(follow)[-1]
    assert (newest.status, newest.reason) == (CopyStatus.SKIPPED, Reason.NOTHING_TO_CLOSE)


def test_a_position_that_was_gone_for_a_moment_is_no_phantom() -> None:
    world, follow = following("5")
    _by_hand(world, follow, "-5")
    world.sweep()
    _by_hand(world, follow, "5")
    world.clock.advance(31_000)
    world.sweep()
    _by_hand(world, follow, "-5")

    world.sweep()

    assert world.ledger(follow).held == 5


def test_any_other_difference_stops_the_symbol_s_entries_until_it_is_gone() -> None:
    world, follow = following("5")
    _by_hand(world, follow, "1")
    world.sweep()

    world.copy("BTC", "1")
    _by_hand(world, follow, "-1")
    world.sweep()
    world.copy("BTC", "1")

    reasons = [receipt.reason for receipt in world.receipts(follow)]
    assert reasons == [None, Reason.FOLLOW_PAUSED, None]
    assert world.held_at_venue(follow) == 6


def test_a_difference_while_an_order_is_unknown_says_nothing() -> None:
    world, follow = following("5")
    world.copy_now("BTC", "1", Fault.TIMES_OUT_AFTER_ACCEPT)

    world.sweep()

    assert not world.ledger(follow).entries_paused


def test_nothing_is_guessed_while_the_venue_is_down() -> None:
    world, follow = following("5")
    world.copy_now("BTC", "1", Fault.NEVER_ARRIVES)
    world.venue.is_down = True
    before, waits = world.ledger(follow), world.queues.reconcile

    world.clock.advance(14_000)
    with pytest.raises(VenueUnreachableError):
        world.pump()
    with pytest.raises(VenueUnreachableError):
        reconcile(world.reconcile_ports, ReconcileWallet(WALLET))

    assert world.ledger(follow) == before
    assert len(waits) == 0


def test_an_unknown_order_whose_message_was_lost_is_found_by_the_sweep() -> None:
    world, follow = following("5")
    world.copy_now("BTC", "1", Fault.TIMES_OUT_AFTER_ACCEPT)
    world.clock.advance(14_000)
    world.queues.reconcile.take()

    world.sweep()

    assert world.receipts(follow)[-1].status is CopyStatus.DONE
    assert world.ledger(follow).held == 6


def test_an_open_exit_converges_in_the_sweep() -> None:
    world, follow = following("5")
    world.venue.set_price("BTC", "100", depth="0")
    world.copy_now("BTC", "-5")
    world.clock.advance(3_000)
    world.queues.reconcile.take()
    world.venue.set_price("BTC", "100")

    world.sweep()

    assert world.held_at_venue(follow) == 0
    assert world.receipts(follow)[-1].status is CopyStatus.DONE


def _resolve_dying(world: World, point: CrashPoint) -> int:
    """Have a resolver die at one of its calls, and its command run again; gives their number."""
    make_crash(world, point)
    for command in world.queues.reconcile.take():
        try:
            reconcile(world.reconcile_ports, command)
        except CrashError:
            reconcile(world.reconcile_ports, command)
    return point.calls


def _unheard() -> tuple[World, FollowId]:
    """Have an order that the venue took, whose answer was lost, and its resolver due."""
    world, follow = following("5")
    world.copy_now("BTC", "-2", Fault.TIMES_OUT_AFTER_ACCEPT)
    world.clock.advance(21_000)
    return world, follow


def _lost() -> tuple[World, FollowId]:
    """Have an exit that never arrived, nor its repetition, and its resolver due."""
    world, follow = following("5")
    world.copy_now("BTC", "-5", Fault.NEVER_ARRIVES, Fault.NEVER_ARRIVES)
    world.pass_time(3)
    assert world.held_at_venue(follow) == 5
    world.clock.advance(21_000)
    return world, follow


@pytest.mark.parametrize(("at", "after"), every_crash(_resolve_dying(_unheard()[0], CrashPoint())))
def test_a_resolver_that_dies_at_any_call_settles_once(at: int, *, after: bool) -> None:
    world, follow = _unheard()
    _resolve_dying(world, CrashPoint(at, after))

    world.pump()

    assert world.held_at_venue(follow) == world.ledger(follow).held == 3
    assert world.ledger(follow).pending == ()
    assert world.orders_at_venue(follow) == 2


@pytest.mark.parametrize(("at", "after"), every_crash(_resolve_dying(_lost()[0], CrashPoint())))
def test_an_exit_whose_resolver_dies_at_any_call_goes_on_without_a_sweep(
    at: int, *, after: bool
) -> None:
    world, follow = _lost()
    _resolve_dying(world, CrashPoint(at, after))

    world.pump()

    assert world.held_at_venue(follow) == world.ledger(follow).held == 0


def _drawdown(**changes: Any) -> tuple[World, FollowId]:
    """Hold 50 at 100 with a floor of -300."""
    drawdown = {"stop_copy_drawdown_pct": Decimal(3), **changes}
    return following("50", **drawdown)


def test_a_realized_loss_stops_the_follow_when_it_is_settled() -> None:
    world, follow = _drawdown()

    world.copy("BTC", "-10", price="65")

    stopped = world.table.follows[follow]
    assert (stopped.status, stopped.pause_reason) == (
        FollowStatus.PAUSED,
        PauseReason.DRAWDOWN_STOP,
    )
    assert stopped.realized_at_stop == world.table.budgets[follow].pnl < -300


def test_a_loss_by_equity_stops_the_follow_at_the_second_reading_in_a_row() -> None:
    world, follow = _drawdown(drawdown_basis=DrawdownBasis.EQUITY)
    readings = []

    for price in ("90", "100", "90", "90"):
        world.price("BTC", price)
        world.sweep()
        readings.append(world.table.follows[follow].status)

    assert readings == [FollowStatus.ACTIVE] * 3 + [FollowStatus.PAUSED]


def test_a_stopped_follow_still_copies_closes() -> None:
    world, follow = _drawdown()
    world.copy("BTC", "-10", price="65")

    world.copy("BTC", "-40")

    assert world.held_at_venue(follow) == 0


def test_a_drawdown_stop_closes_everything_when_its_owner_asked_for_that() -> None:
    world, follow = _drawdown(on_stop=OnStop.CLOSE_NOW)

    world.copy("BTC", "-10", price="65")

    assert world.held_at_venue(follow) == 0
    assert world.ledger(follow).is_flat


def test_a_drawdown_stop_by_equity_closes_everything_too() -> None:
    world, follow = _drawdown(drawdown_basis=DrawdownBasis.EQUITY, on_stop=OnStop.CLOSE_NOW)
    world.price("BTC", "90")

    world.sweep()
    world.sweep()

    assert world.held_at_venue(follow) == 0


def test_a_close_out_that_nobody_lived_to_ask_for_is_asked_for_by_the_sweep() -> None:
    world, follow = following("5", on_stop=OnStop.CLOSE_NOW)
    world.directory.replace(replace(world.table.follows[follow], status=FollowStatus.PAUSED))

    world.sweep()

    assert world.held_at_venue(follow) == 0


def test_an_entry_that_lands_after_the_close_out_is_closed_too() -> None:
    world, follow = following("5", on_stop=OnStop.CLOSE_NOW)
    world.copy_now("BTC", "1", Fault.TIMES_OUT_AFTER_ACCEPT)
    world.directory.replace(replace(world.table.follows[follow], status=FollowStatus.PAUSED))
    world.sweep()

    world.pass_time(20)
    world.sweep()

    assert world.held_at_venue(follow) == 0
