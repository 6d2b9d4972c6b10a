"""The sample events of the copy path go through the handlers of their steps."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace
from typing import TYPE_CHECKING

from functions.copy_events import app as copy_events
from functions.fill_fan_out import app as fill_fan_out
from functions.follower_execute import app as follower_execute
from functions.leader_listener import app as leader_listener
from functions.leader_sync import app as leader_sync
from tests.fakes.builders import LEADER
from tests.fakes.stream import ScriptedStream
from tests.unit.functions.samples.reading import (
    FIRST,
    NOTHING_FAILED,
    SECOND,
    NotedRedelivery,
    failed,
    sample,
    sizes_of_trades,
)
from understudy.adapters.memory.bus import InMemoryBus
from understudy.adapters.memory.leases import InMemoryLeases
from understudy.domain.markets import HYPERLIQUID
from understudy.runtime.copy_events import Publishing
from understudy.workflows.leader_listener import ListenerPorts
from understudy.workflows.watching.market_feed import FeedPorts

if TYPE_CHECKING:
    import pytest

    from tests.fakes.world import World


def test_leader_sync_stores_one_order_in_two_fills_as_one_trade(world: World) -> None:
    answer = leader_sync.handler(sample("leader_sync", "one_order_in_two_fills"), None)

    assert answer == NOTHING_FAILED
    (trade,) = world.leaders.trades_since(HYPERLIQUID, "0x" + "1" * 40, 0, 10)
    assert (trade.size, trade.fill_count) == (5, 2)


def test_leader_sync_repairs_after_a_gap(world: World) -> None:
    world.venue.trade(LEADER, "BTC", "5")

    answer = leader_sync.handler(sample("leader_sync", "repair_after_a_gap"), None)

    assert answer == NOTHING_FAILED
    assert sizes_of_trades(world) == [5]
    assert len(world.queues.fan_out) + len(world.queues.lanes) > 0


def test_an_unreadable_message_comes_again_until_it_is_a_dead_letter() -> None:
    answer = leader_sync.handler(sample("leader_sync", "unreadable"), None)

    assert failed(answer) == ["1"]


def test_fill_fan_out_sends_a_trade_into_every_lane(world: World) -> None:
    answer = fill_fan_out.handler(sample("fill_fan_out", "one_shard"), None)

    assert answer == NOTHING_FAILED
    assert len(world.queues.lanes) == 2


def test_follower_execute_copies_an_open(world: World) -> None:
    answer = follower_execute.handler(sample("follower_execute", "open"), None)

    assert answer == NOTHING_FAILED
    assert [receipt.status.value for receipt in world.receipts(FIRST)] == ["DONE"]


def test_whatever_follower_execute_takes_comes_again_should_its_worker_be_lost(
    redelivery: NotedRedelivery,
) -> None:
    event = sample("follower_execute", "open_and_close_in_two_lanes")

    follower_execute.handler(event, None)

    assert redelivery.unless_done_ids == [record["messageId"] for record in event["Records"]]


def test_follower_execute_runs_lanes_side_by_side_each_in_order(world: World) -> None:
    event = sample("follower_execute", "open_and_close_in_two_lanes")

    answer = follower_execute.handler(event, None)

    assert answer == NOTHING_FAILED
    assert (world.ledger(FIRST).held, world.ledger(SECOND).held) == (0, 1)


def test_follower_execute_converges(world: World) -> None:
    follower_execute.handler(sample("follower_execute", "open"), None)
    ledger = world.ledger(FIRST)
    assert ledger.held
    world.table.ledgers[FIRST]["BTC"] = replace(ledger, target=Decimal(0))

    answer = follower_execute.handler(sample("follower_execute", "converge"), None)

    assert answer == NOTHING_FAILED
    assert (world.held_at_venue(FIRST), world.ledger(FIRST).held) == (0, 0)


def test_an_unreadable_message_leaves_other_lanes_alone(world: World) -> None:
    event = sample("follower_execute", "unreadable_beside_a_good_one")

    answer = follower_execute.handler(event, None)

    assert failed(answer) == ["1"]
    assert world.ledger(FIRST).held == 1


def test_leader_listener_listens_until_its_time_is_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    leases = InMemoryLeases()
    feed = FeedPorts(
        venue_name=HYPERLIQUID,
        venue=world.venue,
        open_stream=ScriptedStream,
        markets=world.markets,
        clock=world.clock,
        pause=world.clock.advance,
        warn=lambda message, facts: None,
    )
    ports = ListenerPorts(feed, world.leaders, world.queues, leases)
    monkeypatch.setattr(leader_listener, "build", lambda: ports)
    context = SimpleNamespace(aws_request_id="run-1", get_remaining_time_in_millis=lambda: 20_000)

    leader_listener.handler(sample("leader_listener", "schedule"), context)

    held = leases.read(f"leader_listener {HYPERLIQUID}")
    assert held is not None
    assert held.holder == "run-1"


def test_copy_events_publishes_what_ended(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    bus = InMemoryBus()
    monkeypatch.setattr(copy_events, "build", lambda: Publishing(bus, world.clock))

    copy_events.handler(sample("copy_events", "a_copy_ends"), None)

    assert [event.event for event in bus.events] == ["COPY_DONE"]
