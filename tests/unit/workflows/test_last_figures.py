"""A follow that stops, or is gone, still ends at the venue's own figures for its last orders."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.fakes.builders import limits, ratio
from tests.fakes.sharing import follow_another, other_leader_trades
from tests.fakes.world import World
from tests.unit.workflows.accounting import (
    HOUR_MS,
    budget_of,
    copied,
    fees_at_venue,
    silence,
    true_up_orders,
)
from tests.unit.workflows.forced import earned, liquidated, long_ago, sweeps
from tests.unit.workflows.leaving import leave
from understudy.domain.follows import FollowStatus, Ledger
from understudy.domain.ids import FollowId
from understudy.domain.limits import OnStop
from understudy.ports.copying import Changes
from understudy.workflows.copying.closing_out import close_out_if_stopped


@pytest.mark.parametrize("status", [FollowStatus.PAUSED, FollowStatus.DELETING])
def test_the_last_orders_of_a_follow_that_stops_get_their_figures(status: FollowStatus) -> None:
    world, follow = copied("5", "-2")
    stopped = replace(world.table.follows[follow], status=status)
    world.copying.store.commit(Changes(follow=stopped))

    true_up_orders(world)

    assert budget_of(world, follow).fees == fees_at_venue(world, follow)


def _deleted(world: World, follow: FollowId) -> None:
    """Delete a follow that ends when the leader's exit has been copied."""
    leaving = replace(world.table.follows[follow], status=FollowStatus.DELETING)
    world.copying.store.commit(Changes(follow=leaving))
    world.copy_now("BTC", "-5")
    assert world.table.follows[follow].status is FollowStatus.DELETED


def test_the_last_order_of_a_deleted_follow_gets_its_figures() -> None:
    world, follow = copied("5")
    _deleted(world, follow)

    world.pass_time(400)

    assert budget_of(world, follow).fees == fees_at_venue(world, follow)
    assert not world.queues.reconcile


def test_a_deleted_follow_s_last_order_is_asked_about_again_while_the_venue_is_silent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, follow = copied("5")
    _deleted(world, follow)
    with monkeypatch.context() as patched:
        silence(patched, world, "own_fills_since")
        world.pass_time(400)
    assert budget_of(world, follow).fees == 2 * fees_at_venue(world, follow)
    assert len(world.queues.reconcile) == 1

    world.pass_time(900)

    assert budget_of(world, follow).fees == fees_at_venue(world, follow)


def _follow_anew(world: World, follow: FollowId) -> FollowId:
    """Follow another leader, who does nothing, with the wallet of a follow that is deleted."""
    new = replace(
        world.table.follows[follow],
        follow_id=FollowId("follow-anew"),
        leader="0x" + "3" * 40,
        status=FollowStatus.INACTIVE,
        start_seq=0,
        end_seq=0,
        version=0,
    )
    created = world.directory.create(new)
    return world.directory.replace(replace(created, status=FollowStatus.ACTIVE)).follow_id


def test_the_last_order_gets_its_figures_though_its_wallet_follows_somebody_else_by_then() -> None:
    world, follow = copied("5")
    _deleted(world, follow)
    anew = _follow_anew(world, follow)

    world.pass_time(400)

    assert budget_of(world, follow).fees == fees_at_venue(world, follow)
    assert world.table.budgets[anew].fees == 0
    assert not world.queues.reconcile


def test_it_is_asked_about_again_while_the_venue_is_silent_whoever_is_followed_by_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, follow = copied("5")
    _deleted(world, follow)
    _follow_anew(world, follow)
    with monkeypatch.context() as patched:
        silence(patched, world, "own_fills_since")
        world.pass_time(400)
    assert budget_of(world, follow).fees == 2 * fees_at_venue(world, follow)
    assert len(world.queues.reconcile) == 1

    world.pass_time(900)

    assert budget_of(world, follow).fees == fees_at_venue(world, follow)


def test_a_follow_that_was_only_refused_so_far_asks_for_nobody_s_fills() -> None:
    world, follow = copied("5")
    _deleted(world, follow)
    anew = _follow_anew(world, follow)
    world.copying.store.commit(Changes(ledger=Ledger(anew, "BTC", last_seq=1)))

    world.pass_time(400)

    assert budget_of(world, follow).fees == fees_at_venue(world, follow)


def _ends(world: World, follow: FollowId, on_stop: OnStop) -> None:
    """Delete a follow: at once where positions are kept, else when what it holds is closed."""
    leave(world, follow, on_stop)
    state = world.copying.store.follow_state(follow)
    assert state is not None
    close_out_if_stopped(world.queues, state, world.clock.now_ms())
    world.pump()
    assert world.table.follows[follow].status is FollowStatus.DELETED


@pytest.mark.parametrize("size", ["-3", "-5"])
@pytest.mark.parametrize("has_another", [False, True])
def test_a_loss_by_force_just_before_its_end_is_in_a_follow_s_figures(
    size: str, *, has_another: bool
) -> None:
    own = limits(ratio(), copy_budget_usdc=Decimal(5000))
    world = World()
    follow = world.follow(own)
    world.begin()
    if has_another:
        follow_another(world, follow, own)
        other_leader_trades(world, "1", "ETH")
        world.pump()
    world.copy("BTC", "5")
    sweeps(world, 2, seconds=700)
    world.price("BTC", "60")
    liquidated(world, follow, size)
    world.clock.advance(10_000)
    _ends(world, follow, OnStop.CLOSE_NOW)

    world.pass_time(400)

    assert budget_of(world, follow).realized == earned(world, follow) < 0
    assert budget_of(world, follow).margin == 0
    assert not world.queues.reconcile


def test_that_loss_is_asked_for_again_while_the_venue_is_silent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, follow = long_ago("5")
    world.price("BTC", "60")
    liquidated(world, follow, "-5")
    world.clock.advance(10_000)
    _ends(world, follow, OnStop.CLOSE_NOW)
    with monkeypatch.context() as patched:
        silence(patched, world, "own_fills_since")
        world.pass_time(400)
        silent = budget_of(world, follow).realized
        asked_again = len(world.queues.reconcile)

    world.pass_time(900)

    assert (silent, asked_again) == (0, 1)
    assert budget_of(world, follow).realized == earned(world, follow) == -200
    assert not world.queues.reconcile


def test_it_is_asked_for_no_longer_than_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    world, follow = long_ago("5")
    liquidated(world, follow, "-5")
    _ends(world, follow, OnStop.CLOSE_NOW)
    silence(monkeypatch, world, "own_fills_since")

    world.pass_time(400)
    world.clock.advance(86_400_000)
    world.pass_time(900)

    assert not world.queues.reconcile


def test_what_befalls_a_kept_position_after_the_end_is_its_owner_s() -> None:
    world, follow = long_ago("5")
    _ends(world, follow, OnStop.KEEP)
    world.clock.advance(60_000)
    world.price("BTC", "60")
    liquidated(world, follow, "-5")

    world.pass_time(400)

    assert earned(world, follow) == -200
    assert budget_of(world, follow).realized == 0
    assert not world.queues.reconcile


def test_funding_of_its_last_hour_is_in_a_follow_s_figures_beside_another_of_its_wallet() -> None:
    own = limits(ratio(), copy_budget_usdc=Decimal(5000))
    world = World()
    follow = world.follow(own)
    follow_another(world, follow, own)
    other_leader_trades(world, "1", "ETH")
    world.pump()
    world.copy("BTC", "5")
    world.clock.advance(HOUR_MS - world.clock.now_ms() % HOUR_MS)
    world.venue.pay_funding("BTC", "0.01")
    world.clock.advance(5000)
    _ends(world, follow, OnStop.CLOSE_NOW)

    world.pass_time(400)

    assert budget_of(world, follow).funding == -5
