"""Whoever gathers takes along who ends soon after another, and waits for nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, wait
from threading import Event
from time import sleep
from typing import Any

import pytest

from understudy.adapters import threads
from understudy.adapters.threads import Threads

LONG = 20.0  # far longer than anything here takes
A_MOMENT = 0.02


@pytest.fixture
def pool() -> Iterator[Threads]:
    with Threads(3) as threads:
        yield threads


@pytest.fixture
def never() -> Iterator[Event]:
    """Give what nobody sets before the test is over."""
    event = Event()
    yield event
    event.set()


def ended() -> Future[bool]:
    future: Future[bool] = Future()
    future.set_result(True)
    return future


def test_each_that_ends_soon_after_another_is_gathered_with_it(pool: Threads) -> None:
    pool.next_seconds = pool.gather_seconds = LONG
    running = [pool.submit(sleep, number * A_MOMENT) for number in (1, 2, 3)]

    assert pool.gather(running) == set(running)


def test_the_first_is_waited_for_however_long_it_takes(pool: Threads, never: Event) -> None:
    pool.next_seconds = pool.gather_seconds = 0.0
    first = pool.submit(Event().wait, A_MOMENT)
    late = pool.submit(never.wait, LONG)

    assert pool.gather([first, late]) == {first}


def test_nobody_is_held_up_by_one_who_is_far_behind(pool: Threads, never: Event) -> None:
    pool.next_seconds, pool.gather_seconds = A_MOMENT, LONG
    first, late = ended(), pool.submit(never.wait, LONG)

    assert pool.gather([first, late]) == {first}


def test_those_who_go_on_ending_are_not_waited_for_without_an_end(
    pool: Threads, never: Event
) -> None:
    pool.next_seconds, pool.gather_seconds = LONG, A_MOMENT
    first, late = ended(), pool.submit(never.wait, LONG)

    assert pool.gather([first, late]) == {first}


def test_whoever_gathers_is_not_woken_by_each_that_ends(
    pool: Threads, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[object] = []

    def noted(*given: Any, **named: Any) -> Any:
        woken.append(given)
        return wait(*given, **named)

    monkeypatch.setattr(threads, "wait", noted)
    pool.next_seconds = pool.gather_seconds = LONG
    running = [pool.submit(sleep, number * A_MOMENT) for number in (0, 1, 2)]

    assert pool.gather(running) == set(running)
    assert len(woken) <= 2
