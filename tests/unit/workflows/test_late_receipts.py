"""The last receipts of a follow that ended: what they say, and beside a restore or an erasure."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.builders import limits, ratio
from tests.fakes.requests import started
from tests.fakes.world import World
from tests.unit.api.leaving import delete, me, traces
from tests.unit.api.leaving import holding as leaving_holding
from tests.unit.workflows.accounting import copied
from tests.unit.workflows.leaving import leave, lose_a_trade
from tests.unit.workflows.restoring import (
    begun,
    recover,
    repair_leader,
    saved,
    stop_and_restore,
)
from understudy.adapters.memory.copy_store import InMemoryCopyStore
from understudy.domain.follows import FollowStatus
from understudy.domain.ids import FollowId
from understudy.domain.limits import OnStop
from understudy.domain.receipts import CopyStatus
from understudy.messages import CloseGaps
from understudy.workflows.follow_reconcile import reconcile

if TYPE_CHECKING:
    from tests.fakes.api import ApiWorld


def test_a_late_receipt_does_not_say_that_it_goes_with_what_comes_next() -> None:
    """A reduction of what was only carried is CARRIED, of a follow that carries nothing more."""
    world = World()
    follow = world.follow(limits(ratio("1"), copy_budget_usdc=Decimal(10_000)))
    world.begin()
    world.copy("BTC", "5")  # 5 USDC of the follower's: carried
    assert world.receipts(follow)[0].status is CopyStatus.CARRIED
    lose_a_trade(world, "-2")
    assert leave(world, follow, OnStop.COPY_CLOSES).status is FollowStatus.DELETED

    world.pass_time(60)

    assert world.receipts(follow)[1].status is CopyStatus.SKIPPED


def test_a_late_receipt_says_that_its_follow_was_deleted() -> None:
    world, follow = copied("5")
    lose_a_trade(world, "2")
    leave(world, follow)

    world.pass_time(60)

    receipt = world.receipts(follow)[1]
    assert "deleted" in receipt.reason_text, (receipt.reason, receipt.bound_by, receipt.reason_text)


def test_a_follow_behind_the_epoch_is_not_asked_about_for_a_day() -> None:
    world, follow = copied("5")
    lose_a_trade(world, "2")
    leave(world, follow)
    world.copying = replace(world.copying, epoch=world.clock.now_ms())
    asked = 0
    for _ in range(24 * 60 + 20):
        world.clock.advance(60_000)
        for command in world.queues.reconcile.take():
            asked += isinstance(command, CloseGaps)
            reconcile(world.reconcile_ports, command)
        world.pump()

    assert (asked < 3, [each.seq for each in world.receipts(follow)]) == (True, [1]), asked


@pytest.mark.parametrize("is_superseded", [False, True])
def test_an_erasure_during_a_late_receipt_leaves_nothing(
    api: ApiWorld, token: str, monkeypatch: pytest.MonkeyPatch, *, is_superseded: bool
) -> None:
    follow_id = FollowId(leaving_holding(api, token))
    user_id = me(api, token)
    wallet_id = api.world.table.follows[follow_id].wallet_id
    patch = {"limits": {"on_stop": "keep"}}
    api.request("PATCH", f"/v1/follows/{follow_id}", patch, token)
    api.world.leader_trades("BTC", "2")
    api.world.sync()
    api.world.queues.lanes.take()
    if is_superseded:
        api.world.copy("BTC", "1")
    api.request("DELETE", f"/v1/follows/{follow_id}", None, token)
    api.world.clock.advance(60_000)
    fresh = api.token()
    for command in api.world.queues.reconcile.take():
        if isinstance(command, CloseGaps):
            reconcile(api.world.reconcile_ports, command)
    commands = api.world.queues.lanes.take()
    assert commands
    read = InMemoryCopyStore.surroundings

    def read_and_erased(store: InMemoryCopyStore, places: Any) -> Any:
        found = read(store, places)
        monkeypatch.undo()
        assert delete(api, fresh, "keep").body["status"] == "DELETED"
        return found

    monkeypatch.setattr(InMemoryCopyStore, "surroundings", read_and_erased)
    api.world.run_lane(commands)

    assert traces(api, user_id) == set()
    assert wallet_id not in api.world.table.accounts


@pytest.mark.parametrize("kind", ["-5", "-7", "3"])
@pytest.mark.parametrize("on_stop", [OnStop.KEEP, OnStop.CLOSE_NOW])
def test_a_late_trade_of_a_deleted_follow_never_touches_the_next_ones_position(
    api: ApiWorld, token: str, kind: str, on_stop: OnStop
) -> None:
    first = FollowId(leaving_holding(api, token))
    api.world.leader_trades("BTC", kind)
    api.world.sync()
    api.world.queues.lanes.take()
    patch = {"limits": {"on_stop": on_stop.value}}
    api.request("PATCH", f"/v1/follows/{first}", patch, token)
    api.request("DELETE", f"/v1/follows/{first}", None, token)
    if on_stop is OnStop.CLOSE_NOW:
        api.world.pump()
        assert api.world.table.follows[first].status is FollowStatus.DELETED
        started(api, token)
        api.world.pump()
        api.world.clock.advance(1000)
        api.world.copy_now("ETH", "5")
        api.world.copy_now("BTC", "5")
    else:
        started(api, token)
        api.world.pump()
    held = api.world.held_at_venue(first)

    api.world.pass_time(240)

    assert [each.seq for each in api.world.receipts(first)] == [1, 2]
    assert api.world.held_at_venue(first) == held


def test_a_follow_is_not_over_while_its_records_are_behind_the_venue() -> None:
    """After a restore its owner deletes it before it was rebuilt: what it holds is forgotten."""
    world, follow = begun()
    before = saved(world)
    world.copy("BTC", "8")
    stop_and_restore(world, before)
    held = world.held_at_venue(follow)
    assert held

    leave(world, follow, OnStop.COPY_CLOSES)
    recover(world)
    world.copy("BTC", "-8")
    recover(world)

    assert world.held_at_venue(follow) == 0


def test_a_follow_deleted_before_its_rebuilding_has_receipts_of_what_it_did() -> None:
    world, follow = begun("8")
    before = saved(world)
    world.copy("BTC", "2")
    assert [each.seq for each in world.receipts(follow)] == [1, 2]
    stop_and_restore(world, before)
    repair_leader(world)

    leave(world, follow, OnStop.KEEP)
    recover(world)

    assert [each.seq for each in world.receipts(follow)] == [1, 2]
