"""Every sample event goes through the handler of its step, on in-memory ports."""

from __future__ import annotations

import ast
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from functions.copy_events import app as copy_events
from functions.fill_fan_out import app as fill_fan_out
from functions.follow_reconcile import app as follow_reconcile
from functions.follower_execute import app as follower_execute
from functions.leader_listener import app as leader_listener
from functions.leader_sync import app as leader_sync
from tests.fakes.builders import LEADER, NOW_MS, fixed, limits
from tests.fakes.stream import ScriptedStream
from tests.fakes.world import AtOnce, World
from understudy.adapters.memory.bus import InMemoryBus
from understudy.adapters.memory.leases import InMemoryLeases
from understudy.domain.markets import HYPERLIQUID
from understudy.messages import Converge
from understudy.runtime import deliveries
from understudy.runtime.copy_events import Publishing
from understudy.runtime.follower_execute import Execution
from understudy.workflows.leader_listener import ListenerPorts
from understudy.workflows.watching.fanning_out import FanOutPorts
from understudy.workflows.watching.market_feed import FeedPorts
from understudy.workflows.watching.numbering import SyncPorts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.adapters.aws.batches import Received

EVENTS = Path(__file__).resolve().parents[3] / "events"
HERE = Path(__file__)
NOTHING_FAILED: dict[str, Any] = {"batchItemFailures": []}


class NotedRedelivery:
    """Notes what comes again should its worker be lost; of the rest the answer tells."""

    def __init__(self) -> None:
        self.unless_done_ids: list[str] = []

    def soon(self, repeated: object, waits: object) -> None:
        del repeated, waits

    def unless_done(self, received: Sequence[Received[Any]], seconds: int) -> None:
        del seconds
        self.unless_done_ids += [each.message_id for each in received]


@pytest.fixture
def world() -> World:
    world = World()
    for name in ("1", "2"):
        world.follow(limits(fixed("100")), name)
    world.clock.move_to(NOW_MS - 10_000)
    world.begin()
    world.clock.move_to(NOW_MS + 50)
    return world


@pytest.fixture
def redelivery() -> NotedRedelivery:
    return NotedRedelivery()


@pytest.fixture(autouse=True)
def _in_memory(world: World, redelivery: NotedRedelivery, monkeypatch: pytest.MonkeyPatch) -> None:
    fan_out = FanOutPorts(world.leaders, world.queues, world.clock)
    sync = SyncPorts(fan_out, world.markets, world.copying.venues)
    execution = Execution(world.copying, world.signer, AtOnce())
    monkeypatch.setattr(leader_sync, "build", lambda: sync)
    monkeypatch.setattr(fill_fan_out, "build", lambda: fan_out)
    monkeypatch.setattr(follower_execute, "build", lambda: execution)
    monkeypatch.setattr(follow_reconcile, "build", lambda: world.reconcile_ports)
    monkeypatch.setattr(deliveries, "_redelivery", lambda queue: redelivery)


def sample(step: str, case: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / step / f"{case}.json").read_text())
    return event


def failed(answer: dict[str, Any]) -> list[str]:
    return [each["itemIdentifier"][-1] for each in answer["batchItemFailures"]]


def test_every_function_has_sample_events() -> None:
    steps = {folder.name for folder in EVENTS.iterdir()}

    assert steps == {
        path.name
        for path in (EVENTS.parent / "functions").iterdir()
        if path.is_dir() and (path / "app.py").exists()
    }


def test_every_sample_of_the_copy_path_is_handled_by_a_test_here() -> None:
    files = {(path.parent.name, path.stem) for path in EVENTS.glob("*/*.json")}
    # Each of these has tests of its own.
    elsewhere = {
        *("account_erasure", "agent_upkeep", "api", "signer"),
        *("audit_checkpoint", "audit_extract", "audit_seal"),
    }

    calls = [node for node in ast.walk(ast.parse(HERE.read_text())) if isinstance(node, ast.Call)]
    named = {(step, case) for call in calls for step, case in samples_in(call)}

    assert named == {(step, case) for step, case in files if step not in elsewhere}


def samples_in(call: ast.Call) -> list[tuple[str, str]]:
    """Give what a call of `sample` reads."""
    if not isinstance(call.func, ast.Name) or call.func.id != "sample":
        return []
    step, case = call.args
    assert isinstance(step, ast.Constant)
    assert isinstance(case, ast.Constant)
    return [(str(step.value), str(case.value))]


def test_leader_sync_stores_one_order_in_two_fills_as_one_trade(world: World) -> None:
    answer = leader_sync.handler(sample("leader_sync", "one_order_in_two_fills"), None)

    assert answer == NOTHING_FAILED
    (trade,) = world.leaders.trades_since(HYPERLIQUID, "0x" + "1" * 40, 0, 10)
    assert (trade.size, trade.fill_count) == (5, 2)


def test_leader_sync_repairs_after_a_gap(world: World) -> None:
    world.venue.trade(LEADER, "BTC", "5")

    answer = leader_sync.handler(sample("leader_sync", "repair_after_a_gap"), None)

    assert answer == NOTHING_FAILED
    assert _sizes_of_trades(world) == [5]
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
    assert [receipt.status.value for receipt in world.receipts(_follow("1"))] == ["DONE"]


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
    assert (world.ledger(_follow("1")).held, world.ledger(_follow("2")).held) == (0, 1)


def test_follower_execute_converges(world: World) -> None:
    follower_execute.handler(sample("follower_execute", "open"), None)
    ledger = world.ledger(_follow("1"))
    assert ledger.held
    world.table.ledgers[_follow("1")]["BTC"] = replace(ledger, target=Decimal(0))

    answer = follower_execute.handler(sample("follower_execute", "converge"), None)

    assert answer == NOTHING_FAILED
    assert (world.held_at_venue(_follow("1")), world.ledger(_follow("1")).held) == (0, 0)


def test_an_unreadable_message_leaves_other_lanes_alone(world: World) -> None:
    event = sample("follower_execute", "unreadable_beside_a_good_one")

    answer = follower_execute.handler(event, None)

    assert failed(answer) == ["1"]
    assert world.ledger(_follow("1")).held == 1


def test_follow_reconcile_requests_a_sweep_on_its_schedule(world: World) -> None:
    answer = follow_reconcile.handler(sample("follow_reconcile", "schedule"), None)

    assert answer is None
    assert len(world.queues.reconcile) == 2


def test_follow_reconcile_sends_a_wallets_missing_trades_into_its_lane(world: World) -> None:
    world.leader_trades("BTC", "5")
    world.sync()
    lost = {command.follow_id for command in world.queues.lanes.take()}
    world.clock.advance(31_000)

    answer = follow_reconcile.handler(sample("follow_reconcile", "wallet"), None)

    assert answer == NOTHING_FAILED
    sent = [command.follow_id for command in world.queues.lanes.take()]
    assert (lost, sent) == ({"follow-1", "follow-2"}, ["follow-1"])


def test_follow_reconcile_wakes_a_lane(world: World) -> None:
    answer = follow_reconcile.handler(sample("follow_reconcile", "wake_a_lane"), None)

    assert answer == NOTHING_FAILED
    (command,) = world.queues.lanes.take()
    assert isinstance(command, Converge)
    assert (command.follow_id, command.symbol, command.cause) == ("follow-1", "BTC", "throttled")


def test_follow_reconcile_learns_a_leverage(world: World) -> None:
    world.leader_uses("BTC", 7)
    world.venue.trade(LEADER, "BTC", "5")

    answer = follow_reconcile.handler(sample("follow_reconcile", "learn_leverage"), None)

    assert answer == NOTHING_FAILED
    account = world.leaders.leader_book(HYPERLIQUID, LEADER).account
    assert account is not None
    assert account.leverages == {"BTC": 7}


def test_follow_reconcile_checks_a_leader(world: World) -> None:
    world.venue.trade(LEADER, "BTC", "5")

    answer = follow_reconcile.handler(sample("follow_reconcile", "check_leader"), None)

    assert answer == NOTHING_FAILED
    assert _sizes_of_trades(world) == [5]


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


def _sizes_of_trades(world: World) -> list[Decimal]:
    return [trade.size for trade in world.leaders.trades_since(HYPERLIQUID, LEADER, 0, 10)]


def _follow(name: str) -> Any:
    return f"follow-{name}"
