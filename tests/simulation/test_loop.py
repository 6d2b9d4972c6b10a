"""The loop serves any number of workers, whoever starts them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulation.loop import Loop

if TYPE_CHECKING:
    from collections.abc import Callable

# More than calls may be nested in each other.
WORKERS = 3_000


def test_workers_that_start_each_other_are_not_nested_in_each_other() -> None:
    loop, worked = Loop(0), list[int]()

    def worker(number: int) -> Callable[[], None]:
        def work() -> None:
            worked.append(number)
            if number < WORKERS:
                loop.spawn(worker(number + 1))
                loop.sleep(1)

        return work

    loop.spawn(worker(1))
    loop.run(2)

    assert worked == list(range(1, WORKERS + 1))
