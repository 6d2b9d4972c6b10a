"""The last look at a deleted follow's money is repeated until it has all, and then no more."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.fakes.builders import limits, ratio
from tests.fakes.sharing import follow_another, other_leader_trades
from tests.fakes.world import World
from tests.unit.workflows.accounting import HOUR_MS, budget_of, silence
from tests.unit.workflows.forced import earned, liquidated, sweeps
from tests.unit.workflows.leaving import leave
from understudy.domain.errors import RequestBudgetError
from understudy.domain.follows import FollowStatus, Ledger
from understudy.domain.limits import OnStop
from understudy.messages import ReconcileWallet
from understudy.ports.copying import Changes
from understudy.workflows import follow_reconcile
from understudy.workflows.copying.closing_out import close_out_if_stopped

if TYPE_CHECKING:
    from understudy.domain.ids import FollowId

OWN = limits(ratio(), copy_budget_usdc=Decimal(500_000))


def _closed_and_deleted(world: World, follow: FollowId) -> None:
    leave(world, follow, OnStop.CLOSE_NOW)
    state = world.copying.store.follow_state(follow)
    assert state is not None
    close_out_if_stopped(world.queues, state, world.clock.now_ms())
    world.pump()
    assert world.table.follows[follow].status is FollowStatus.DELETED


def _is_busy(world: World, minutes: int) -> None:
    """Have the wallet's other follow trade every minute."""
    for minute in range(minutes):
        world.price("ETH", "100")
        other_leader_trades(world, "-1" if minute % 2 else "1", "ETH")
        world.pump()
        world.clock.advance(60_000)
        world.sweep()


@pytest.mark.parametrize("minutes", [10, 12])
def test_a_last_look_beside_a_busy_follow_of_the_wallet_ends(minutes: int) -> None:
    world = World()
    refused = world.follow(OWN)
    follow_another(world, refused, OWN)
    world.copying.store.commit(Changes(ledger=Ledger(refused, "BTC", last_seq=1)))
    _is_busy(world, minutes)
    _closed_and_deleted(world, refused)

    _is_busy(world, 60)

    assert not world.queues.reconcile


def test_funding_that_the_venue_did_not_tell_at_the_last_look_is_asked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World()
    follow = world.follow(limits(ratio(), copy_budget_usdc=Decimal(5_000)))
    world.begin()
    world.copy("BTC", "5")
    sweeps(world, 2, seconds=700)
    world.clock.advance(HOUR_MS - world.clock.now_ms() % HOUR_MS)
    world.venue.pay_funding("BTC", "0.01")
    world.clock.advance(5_000)
    _closed_and_deleted(world, follow)
    with monkeypatch.context() as patched:
        silence(patched, world, "funding_since")
        world.pass_time(400)
    assert budget_of(world, follow).funding == 0

    world.pass_time(900)

    assert budget_of(world, follow).funding == -5
    assert not world.queues.reconcile


def _lost_and_deleted(world: World) -> FollowId:
    """Delete a follow that was liquidated, beside another one of its wallet."""
    follow = world.follow(OWN)
    follow_another(world, follow, OWN)
    other_leader_trades(world, "1", "ETH")
    world.pump()
    world.copy("BTC", "5")
    sweeps(world, 2, seconds=700)
    world.price("BTC", "60")
    liquidated(world, follow, "-5")
    world.clock.advance(10_000)
    _closed_and_deleted(world, follow)
    return follow


def test_a_last_look_that_meets_a_restore_comes_again_when_that_is_over() -> None:
    world = World()
    follow = _lost_and_deleted(world)
    world.pass_time(355)
    world.copying = replace(world.copying, epoch=world.clock.now_ms())

    for _ in range(40):
        world.pass_time(60)
        world.sweep()

    assert budget_of(world, follow).realized == earned(world, follow) != 0


def test_a_last_look_without_questions_left_to_the_venue_comes_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World()
    follow = _lost_and_deleted(world)

    def used_up(*_: object) -> bool:
        raise RequestBudgetError("used up", again_in_seconds=9)

    with monkeypatch.context() as patched:
        patched.setattr(follow_reconcile, "is_behind", lambda *_: True)
        patched.setattr(follow_reconcile, "rebuild", used_up)
        world.pass_time(400)
    assert len(world.queues.reconcile) == 1

    world.pass_time(900)

    assert budget_of(world, follow).realized == earned(world, follow) != 0


def test_a_sweep_that_meets_a_restore_sends_nothing_of_its_own() -> None:
    world = World()
    follow = world.follow(OWN)
    world.copying = replace(world.copying, epoch=world.clock.now_ms())

    sweep = ReconcileWallet(world.table.follows[follow].wallet_id)
    follow_reconcile.reconcile(world.reconcile_ports, sweep)

    assert not world.queues.reconcile
