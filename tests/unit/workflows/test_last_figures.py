"""A follow that stops, or is gone, still ends at the venue's own figures for its last orders."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.unit.workflows.accounting import (
    budget_of,
    copied,
    fees_at_venue,
    silence,
    true_up_orders,
)
from understudy.domain.follows import FollowStatus, Ledger
from understudy.domain.ids import FollowId
from understudy.ports.copying import Changes

if TYPE_CHECKING:
    from tests.fakes.world import World


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
