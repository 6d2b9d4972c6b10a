"""The queues of the simulation deliver as the cloud's do: in order, at least once, at last dead."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from tests.simulation.faults import Fates
from tests.simulation.loop import CrashError, Loop
from tests.simulation.mixes import CALM, Mix
from tests.simulation.sources import DEDUPLICATION_MS, RECEIVED_AT_MOST, VISIBILITY_MS, Source
from understudy.adapters.sending import Sending
from understudy.domain.errors import DependencyError, InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

LONG_MS = 1_000_000


class Queue:
    """A source whose worker fails on `failing` messages and dies at `deadly` ones; `done` lists."""

    def __init__(self, mix: Mix = CALM) -> None:
        self.loop = Loop(0)
        fates = Fates(mix, Random(0))  # noqa: S311 - nothing is drawn
        random = Random(0)  # noqa: S311 - a test must be repeatable
        self.source: Source[str] = Source("queue", self.loop, fates, random.random)
        self.source.work = self._work
        self.failing: dict[str, BaseException] = {}
        self.deadly: set[str] = set()
        self.done: list[str] = []
        self.times_ms: list[int] = []

    def send(self, *messages: str) -> None:
        """Send messages, each named by its group and its number: "a1"."""
        self.source.send(Sending(each[0], each, each) for each in messages)

    def run(self, for_ms: int = LONG_MS) -> None:
        """Let time pass."""
        self.loop.run(self.loop.now_ms + for_ms)

    def _work(self, groups: Mapping[Hashable, list[Any]]) -> Mapping[Hashable, BaseException]:
        failed: dict[Hashable, BaseException] = {}
        for group, messages in groups.items():
            for message in messages:
                if message in self.deadly:
                    self.deadly.discard(message)
                    raise CrashError(message)
                if message in self.failing:
                    failed[group] = self.failing[message]
                    break
                self.done.append(message)
                self.times_ms.append(self.loop.now_ms)
        return failed


@pytest.fixture
def queue() -> Queue:
    return Queue()


def _of(group: str, done: list[str]) -> list[str]:
    return [each for each in done if each.startswith(group)]


def test_a_group_is_worked_through_in_order_and_each_message_is_done(queue: Queue) -> None:
    sent = [f"{group}{number}" for number in range(5) for group in "abc"]

    queue.send(*sent)
    queue.run()

    for group in "abc":
        assert _of(group, queue.done) == _of(group, sent)
    assert len(queue.source) == 0


def test_what_a_dead_worker_held_comes_again_after_its_time_and_before_what_is_behind(
    queue: Queue,
) -> None:
    queue.deadly = {"a1"}
    queue.send("a1")
    queue.run(VISIBILITY_MS // 2)
    queue.send("a2", "b1")
    queue.run()

    assert _of("a", queue.done) == ["a1", "a2"]
    assert queue.times_ms[queue.done.index("a1")] >= VISIBILITY_MS
    assert queue.times_ms[queue.done.index("b1")] < VISIBILITY_MS


def test_what_fails_each_time_is_dead_and_those_behind_it_go_on(queue: Queue) -> None:
    queue.failing = {"a1": DependencyError("away")}
    queue.send("a1", "a2", "b1")
    queue.run()

    assert [each.message for each in queue.source.dead] == ["a1"]
    assert queue.source.dead[0].received == RECEIVED_AT_MOST
    assert sorted(queue.done) == ["a2", "b1"]
    assert queue.source.faults_of_ours == []


def test_a_dead_letter_that_is_redriven_is_received_anew(queue: Queue) -> None:
    queue.failing = {"a1": InvalidInputError("unreadable")}
    queue.send("a1")
    queue.run()
    assert queue.source.faults_of_ours

    queue.failing = {}
    redriven = queue.source.redrive()
    queue.run()

    assert redriven == 1
    assert queue.done == ["a1"]
    assert queue.source.dead == []


def test_a_sending_that_is_repeated_is_one_message_for_five_minutes(queue: Queue) -> None:
    queue.send("a1")
    queue.send("a1")
    queue.run(DEDUPLICATION_MS - 1)
    queue.send("a1")
    queue.run(1)
    assert queue.done == ["a1"]

    queue.send("a1")
    queue.run()

    assert queue.done == ["a1", "a1"]


def test_a_message_that_is_to_come_later_does_not_come_before(queue: Queue) -> None:
    queue.source.send_later("late", 30_000)
    queue.run(29_999)
    assert queue.done == []

    queue.run()

    assert queue.done == ["late"]


def test_a_delivery_that_is_doubled_is_worked_on_twice_and_is_one_message() -> None:
    queue = Queue(replace(CALM, duplicate=1.0))
    queue.send("a1")
    queue.run()

    assert len(queue.done) > 1
    assert set(queue.done) == {"a1"}
    assert len(queue.source) == 0
