"""What a second reader found about the last receipts of a follow that ended."""

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
from tests.unit.workflows.restoring import (
    begun,
    recover,
    repair_leader,
    saved,
    stop_and_restore,
)
from tests.unit.workflows.test_last_gaps import _leave, _lose_a_trade
from understudy.adapters.memory.queues import InMemoryQueues
from understudy.domain.follows import FollowStatus
from understudy.domain.ids import FollowId
from understudy.domain.limits import OnStop
from understudy.domain.receipts import CopyStatus
from understudy.messages import CloseGaps, ReconcileWallet
from understudy.workflows.follow_reconcile import reconcile
from understudy.workflows.requests import account_deletion

if TYPE_CHECKING:
    from tests.fakes.api import ApiWorld


def test_a_late_receipt_does_not_say_that_it_goes_with_what_comes_next() -> None:
    """A reduction of what was only carried is CARRIED, of a follow that carries nothing more."""
    world = World()
    follow = world.follow(limits(ratio("1"), copy_budget_usdc=Decimal(10_000)))
    world.begin()
    world.copy("BTC", "5")  # 5 USDC of the follower's: carried
    assert world.receipts(follow)[0].status is CopyStatus.CARRIED
    _lose_a_trade(world, "-2")
    assert _leave(world, follow, OnStop.COPY_CLOSES).status is FollowStatus.DELETED

    world.pass_time(60)

    assert world.receipts(follow)[1].status is CopyStatus.SKIPPED


def test_a_late_receipt_says_that_its_follow_was_deleted() -> None:
    world, follow = copied("5")
    _lose_a_trade(world, "2")
    _leave(world, follow)

    world.pass_time(60)

    receipt = world.receipts(follow)[1]
    assert "delet" in receipt.reason_text, (receipt.reason, receipt.bound_by, receipt.reason_text)


def test_a_minute_after_its_end_also_what_was_sent_in_vain_before_is_sent() -> None:
    """The pause of a lane that took nothing before the deletion goes on after it: up to an hour."""
    world, follow = copied("5")
    _lose_a_trade(world, "2")
    for _ in range(20):  # a lane that takes nothing for a while
        world.clock.advance(60_000)
        world.queues.reconcile.take()
        reconcile(world.reconcile_ports, ReconcileWallet(world.table.follows[follow].wallet_id))
        world.queues.lanes.take()
    _leave(world, follow)

    world.pass_time(120)

    assert [each.seq for each in world.receipts(follow)] == [1, 2]


def test_a_follow_behind_the_epoch_is_not_asked_about_for_a_day() -> None:
    world, follow = copied("5")
    _lose_a_trade(world, "2")
    _leave(world, follow)
    world.copying = replace(world.copying, epoch=world.clock.now_ms())
    asked = 0
    for _ in range(24 * 60 + 20):
        world.clock.advance(60_000)
        for command in world.queues.reconcile.take():
            asked += isinstance(command, CloseGaps)
            reconcile(world.reconcile_ports, command)
        world.pump()

    assert (asked < 3, [each.seq for each in world.receipts(follow)]) == (True, [1]), asked


def test_messages_that_come_twice_do_not_become_more() -> None:
    """Whoever dies after asking again, and before its message is done, asks twice from then on."""
    world, follow = copied("5")
    _lose_a_trade(world, "2")
    _leave(world, follow)
    most = 0
    for minute in range(24 * 60):
        world.clock.advance(60_000)
        due = world.queues.reconcile.take(10_000)
        for nth, command in enumerate(due):
            reconcile(world.reconcile_ports, command)
            if (minute + nth) % 10 == 0:  # delivered once more
                reconcile(world.reconcile_ports, command)
        world.queues.lanes.take(10_000)
        most = max(most, len(world.queues.reconcile))

    assert most <= 2


def test_an_erasure_during_a_last_look_leaves_nothing(
    api: ApiWorld, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look writes a budget that was not there before, after everything is erased."""
    api.delegate(token)
    follow_id = FollowId(started(api, token, on_stop="keep"))
    api.world.pump()
    api.world.clock.advance(1000)
    api.world.leader_trades("BTC", "5")
    api.world.sync()
    api.world.queues.lanes.take()
    user_id = me(api, token)
    assert follow_id not in api.world.table.budgets
    api.request("DELETE", f"/v1/follows/{follow_id}", None, token)
    api.world.clock.advance(60_000)
    fresh = api.token()
    to_lanes = InMemoryQueues.to_lanes

    def erasing(queues: InMemoryQueues, messages: Any) -> None:
        to_lanes(queues, messages)
        monkeypatch.undo()
        assert delete(api, fresh, "keep").body["status"] == "DELETED"

    monkeypatch.setattr(InMemoryQueues, "to_lanes", erasing)
    for command in api.world.queues.reconcile.take():
        reconcile(api.world.reconcile_ports, command)

    assert traces(api, user_id) == set()
    assert follow_id not in api.world.table.budgets


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
    read = api.world.venue.account

    def erasing(*args: Any, **how: Any) -> Any:
        monkeypatch.undo()
        assert delete(api, fresh, "keep").body["status"] == "DELETED"
        return read(*args, **how)

    monkeypatch.setattr(api.world.venue, "account", erasing)
    api.world.run_lane(commands)

    assert traces(api, user_id) == set()
    assert wallet_id not in api.world.table.accounts


def test_what_is_erased_already_is_not_written_again_while_the_rest_is(
    api: ApiWorld, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow_id = FollowId(leaving_holding(api, token))
    patch = {"limits": {"on_stop": "keep"}}
    api.request("PATCH", f"/v1/follows/{follow_id}", patch, token)
    assert [each.status for each in api.world.receipts(follow_id)] == [CopyStatus.DONE]
    api.world.queues.reconcile.take()
    monkeypatch.setattr(account_deletion, "RECORDS_AT_ONCE", 1)
    monkeypatch.setattr(account_deletion, "PATIENCE_MS", 0)
    fresh = api.token()
    assert delete(api, fresh, "keep").body["status"] == "ERASING"
    assert api.world.receipts(follow_id) == []
    api.world.table.drain_stream()

    api.world.pass_time(60)

    assert api.world.receipts(follow_id) == []


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


def test_a_portfolios_money_has_eight_decimals_whatever_the_budget_has(
    api: ApiWorld, token: str
) -> None:
    api.delegate(token)
    body = {
        "venue": "hyperliquid",
        "leader_address": "0x" + "7" * 40,
        "limits": {
            "copy_budget_usdc": "1000.123456789012",
            "sizing": {"kind": "fixed", "cost_per_order_usdc": "100"},
        },
    }
    made = api.request("POST", "/v1/follows", body, token)
    if made.status != 201:
        pytest.skip(str(made.body))
    shown = api.request("GET", f"/v1/follows/{made.body['follow_id']}/portfolio", None, token).body

    for name in ("copy_budget_usdc", "remaining"):
        assert len(shown[name].partition(".")[2]) <= 8, (name, shown[name])


def test_a_follow_is_not_over_while_its_records_are_behind_the_venue() -> None:
    """After a restore its owner deletes it before it was rebuilt: what it holds is forgotten."""
    world, follow = begun()
    before = saved(world)
    world.copy("BTC", "8")
    stop_and_restore(world, before)
    held = world.held_at_venue(follow)
    assert held

    _leave(world, follow, OnStop.COPY_CLOSES)
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

    _leave(world, follow, OnStop.KEEP)
    recover(world)

    assert [each.seq for each in world.receipts(follow)] == [1, 2]
