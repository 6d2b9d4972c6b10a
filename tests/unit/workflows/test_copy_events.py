"""Every terminal change is announced: once for each version, under the same id when it repeats."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.fakes.builders import FOLLOW, SENDINGS, follow, ledger
from tests.fakes.venue import Fault
from tests.fakes.world import World, following
from understudy.adapters.memory.bus import InMemoryBus
from understudy.domain.errors import DependencyError
from understudy.domain.follows import FollowStatus
from understudy.domain.ids import FollowId
from understudy.messages import CopyEvent, Event, encode
from understudy.ports.changes import RecordChange
from understudy.workflows.copy_events import publish_changes


class AwayBus:
    """A bus that takes nothing."""

    def publish(self, events: Sequence[Event]) -> None:
        raise DependencyError("the bus did not take all events", events=len(events))


def _world(**changes: Any) -> tuple[World, FollowId]:
    world, follow_id = following(**changes)
    world.table.drain_stream()
    return world, follow_id


def _changes(world: World) -> list[RecordChange]:
    return [RecordChange(before, after) for before, after in world.table.drain_stream()]


def _published(world: World, changes: list[RecordChange]) -> list[CopyEvent]:
    bus = InMemoryBus()
    publish_changes(bus, world.clock, changes)
    return [each for each in bus.events if isinstance(each, CopyEvent)]


def test_a_copy_is_announced_once_when_it_is_done() -> None:
    world, _ = _world()
    world.copy("BTC", "5")

    (event,) = _published(world, _changes(world))

    assert (event.event, event.user_id, event.facts["symbol"]) == ("COPY_DONE", "user-1", "BTC")
    assert event.amounts == {"target": 5, "held": 5}


def test_a_skip_is_announced_with_its_reason() -> None:
    world, _ = _world(symbols_deny=("BTC",))
    world.copy("BTC", "5")

    (event,) = _published(world, _changes(world))

    assert (event.event, event.facts["reason"]) == ("COPY_SKIPPED", "SYMBOL_NOT_ALLOWED")


def test_a_copy_under_way_is_not_announced() -> None:
    world, _ = _world()
    world.copy_now("BTC", "5", None, *SENDINGS * [Fault.NEVER_ARRIVES])
    assert _published(world, _changes(world)) == []

    world.pass_time(14)

    assert [event.event for event in _published(world, _changes(world))] == ["COPY_EXPIRED"]


def test_a_copy_that_ends_differently_later_is_announced_again() -> None:
    world, _ = _world()
    world.copy("BTC", "5")
    world.venue.set_price("BTC", "100", depth="0")
    world.copy_now("BTC", "-5")
    world.pass_time(60)
    earlier = _changes(world)
    world.venue.set_price("BTC", "100")

    world.copy("BTC", "1")
    events = _published(world, [*earlier, *_changes(world)])

    names = [event.event for event in events]
    assert names[:2] == ["COPY_DONE", "COPY_NEEDS_OPERATOR"]
    assert len({event.event_id for event in events}) == len(events)


def test_changes_that_are_delivered_again_keep_their_ids() -> None:
    world, _ = _world()
    world.copy("BTC", "5")
    world.copy("BTC", "-5")
    changes = _changes(world)

    first, again = _published(world, changes), _published(world, changes)

    assert [event.event_id for event in first] == [event.event_id for event in again]


def test_changes_are_delivered_again_when_the_bus_takes_nothing() -> None:
    world, _ = _world()
    world.copy("BTC", "5")

    with pytest.raises(DependencyError):
        publish_changes(AwayBus(), world.clock, _changes(world))


def test_a_drawdown_stop_says_what_was_lost_and_what_was_allowed() -> None:
    world, follow_id = _world(stop_copy_drawdown_pct=Decimal(3))
    world.copy("BTC", "50")
    world.copy("BTC", "-10", price="65")

    events = _published(world, _changes(world))

    (stop,) = [event for event in events if event.event == "COPY_DRAWDOWN_STOP"]
    assert stop.follow_id == follow_id
    assert stop.amounts["threshold"] == -300
    assert stop.amounts["realized_pnl"] == world.table.budgets[follow_id].pnl
    assert json.loads(encode(stop))["amounts"]["threshold"] == "-300"


def test_a_change_of_status_is_announced_and_no_other_change_is() -> None:
    world, follow_id = _world()
    active = world.table.follows[follow_id]
    world.directory.replace(replace(active, agent_id="another"))
    assert _published(world, _changes(world)) == []

    stopped = replace(world.table.follows[follow_id], status=FollowStatus.PAUSED)
    world.directory.replace(stopped)

    (event,) = _published(world, _changes(world))
    assert event.event == "FOLLOW_PAUSED"


def test_a_follow_that_is_new_is_announced() -> None:
    world, _ = _world()
    created = replace(follow(), status=FollowStatus.INACTIVE, version=1)

    (event,) = _published(world, [RecordChange(None, created)])

    assert event.event == "FOLLOW_INACTIVE"


def test_a_phantom_is_announced_with_the_size_that_was_thought_to_be_held() -> None:
    world, _ = _world()
    before = ledger("5", version=3)
    after = replace(before, held=Decimal(0), target=Decimal(0), phantoms=1, version=4)

    (event,) = _published(world, [RecordChange(before, after)])

    assert (event.event, event.follow_id) == ("PHANTOM_POSITION_CLEANUP", FOLLOW)
    assert event.amounts == {"size": 5}
    assert _published(world, [RecordChange(after, replace(after, version=5))]) == []


def test_a_position_that_differs_is_announced_when_it_begins_to() -> None:
    world, _ = _world()
    before = ledger("5", version=3)
    differs = replace(before, entries_paused=True, drift_since_ms=7, version=4)

    (event,) = _published(world, [RecordChange(before, differs)])

    assert (event.event, event.facts) == ("POSITION_DRIFT", {"symbol": "BTC"})
    assert event.amounts == {"held": 5}
    still = replace(differs, version=5)
    assert _published(world, [RecordChange(differs, still), RecordChange(still, before)]) == []
