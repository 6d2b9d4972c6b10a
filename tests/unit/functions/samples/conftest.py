"""The steps of the copy path on in-memory ports, as sample events find them."""

from __future__ import annotations

import pytest

from functions.fill_fan_out import app as fill_fan_out
from functions.follow_reconcile import app as follow_reconcile
from functions.follower_execute import app as follower_execute
from functions.leader_sync import app as leader_sync
from tests.fakes.builders import NOW_MS, fixed, limits
from tests.fakes.world import AtOnce, World
from tests.unit.functions.samples.reading import NotedRedelivery
from understudy.runtime import deliveries
from understudy.runtime.follower_execute import Execution
from understudy.workflows.watching.fanning_out import FanOutPorts
from understudy.workflows.watching.numbering import SyncPorts


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
