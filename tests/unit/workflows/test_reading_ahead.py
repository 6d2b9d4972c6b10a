"""What the lanes of a delivery read first: together, and no lane's trouble is another's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tests.fakes.builders import limits, ratio
from tests.fakes.world import AtOnce, World
from understudy.domain.errors import DependencyError
from understudy.domain.ids import FollowId
from understudy.domain.receipts import CopyStatus
from understudy.messages import FollowerExecute, LaneCommand
from understudy.ports.copying import Place
from understudy.workflows.follower_execute import run_delivery

NAMES = ("1", "2", "3")


class Counting:
    """A store that counts the batches asked for and fails where it is told to."""

    def __init__(self, inner: Any, *, state_of: str = "", around: str = "") -> None:
        self._inner = inner
        self._state_of, self._around = state_of, around
        self.batches: list[int] = []
        self.states: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def follow_state(self, follow_id: FollowId) -> Any:
        self.states.append(follow_id)
        if follow_id == self._state_of:
            raise KeyError("a record that cannot be read")
        return self._inner.follow_state(follow_id)

    def surroundings(self, places: Sequence[Place]) -> Any:
        self.batches.append(len(places))
        if any(place.follow.follow_id == self._around for place in places):
            raise DependencyError("a record that cannot be read")
        return self._inner.surroundings(places)


def deliver(**faults: str) -> tuple[World, Counting, dict[FollowId, BaseException]]:
    """Deliver the same trade to the lanes of three follows; gives what failed by lane."""
    world = World()
    for name in NAMES:
        world.follow(limits(ratio("10")), name)
    world.begin()
    world.leader_trades("BTC", "10")
    world.sync()
    store = Counting(world.copying.store, **faults)
    commands = [each for each in world.queues.lanes.take() if isinstance(each, FollowerExecute)]
    lanes: dict[FollowId, list[LaneCommand]] = {each.follow_id: [each] for each in commands}
    ports = replace(world.copying, store=store)
    return world, store, run_delivery(ports, world.signer, AtOnce(), lanes)


def ended(world: World, name: str) -> list[CopyStatus]:
    return [each.status for each in world.receipts(FollowId(f"follow-{name}"))]


def test_what_is_around_all_lanes_is_read_with_one_batch_and_each_follow_once() -> None:
    world, store, failed = deliver()

    assert failed == {}
    assert store.batches == [3]
    assert sorted(store.states) == ["follow-1", "follow-2", "follow-3"]
    assert all(ended(world, name) == [CopyStatus.DONE] for name in NAMES)


def test_a_follow_that_cannot_be_read_fails_alone() -> None:
    world, _, failed = deliver(state_of="follow-2")

    assert list(failed) == ["follow-2"]
    assert isinstance(failed[FollowId("follow-2")], KeyError)
    assert [ended(world, name) for name in NAMES] == [[CopyStatus.DONE], [], [CopyStatus.DONE]]


def test_one_unreadable_record_in_the_batch_fails_its_lane_alone() -> None:
    world, store, failed = deliver(around="follow-2")

    assert list(failed) == ["follow-2"]
    assert store.batches == [3, 1, 1, 1]
    assert [ended(world, name) for name in NAMES] == [[CopyStatus.DONE], [], [CopyStatus.DONE]]


def test_only_the_first_command_of_a_lane_uses_what_was_read_ahead() -> None:
    world = World()
    follow = world.follow(limits(ratio("10")))
    world.begin()
    for size in ("10", "-4"):
        world.leader_trades("BTC", size)
        world.clock.advance(1_000)
    world.sync()
    store = Counting(world.copying.store)
    ports = replace(world.copying, store=store)

    failed = run_delivery(ports, world.signer, AtOnce(), {"lane": world.queues.lanes.take()})

    assert failed == {}
    assert store.batches == [1, 1]
    assert ended(world, "1") == [CopyStatus.DONE, CopyStatus.DONE]
    assert str(world.held_at_venue(follow)) == "0.6"


def test_a_follow_that_is_gone_is_nobodys_failure() -> None:
    world = World()
    world.follow(limits(ratio("10")))
    world.begin()
    world.leader_trades("BTC", "10")
    world.sync()
    commands = [replace(each, follow_id=FollowId("gone")) for each in world.queues.lanes.take()]

    assert run_delivery(world.copying, world.signer, AtOnce(), {"lane": commands}) == {}
