"""While a function starts nothing is collected; afterwards all is as it was."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from benchmarks.imports import PLACES
from understudy.runtime.starting import uncollected

# A function's runtime has imported `typing` before it.
COUNT_COLLECTIONS = """
import gc, typing
from understudy.runtime import starting
begun = []
gc.collect()
gc.callbacks.append(lambda phase, _: phase == "start" and begun.append(phase))
from functions.{function} import app
print(len(begun))
"""


@pytest.fixture
def collector() -> Iterator[None]:
    was_on = gc.isenabled()
    yield
    gc.unfreeze()
    (gc.enable if was_on else gc.disable)()


@pytest.mark.usefixtures("collector")
def test_the_collector_rests_and_goes_on() -> None:
    gc.enable()
    with uncollected():
        is_on_meanwhile = gc.isenabled()

    assert (is_on_meanwhile, gc.isenabled()) == (False, True)


@pytest.mark.usefixtures("collector")
def test_a_collector_that_was_off_stays_off() -> None:
    gc.disable()
    with uncollected():
        pass

    assert not gc.isenabled()


@pytest.mark.usefixtures("collector")
def test_a_start_that_fails_leaves_the_collector_on() -> None:
    gc.enable()
    with pytest.raises(ZeroDivisionError), uncollected():
        raise ZeroDivisionError

    assert gc.isenabled()


@pytest.mark.usefixtures("collector")
def test_what_was_there_after_the_start_is_not_looked_through_again() -> None:
    with uncollected():
        kept: list[list[str]] = [[] for _ in range(1000)]

    assert gc.get_freeze_count() >= len(kept)


@pytest.mark.parametrize(
    "function",
    [
        "copy_events",
        "follow_reconcile",
        "follower_execute",
        "leader_listener",
        "leader_sync",
        "signer",
    ],
)
def test_a_function_of_the_copy_path_looks_for_no_garbage_while_it_starts(function: str) -> None:
    started = subprocess.run(
        [sys.executable, "-c", COUNT_COLLECTIONS.format(function=function)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, PLACES))},
        capture_output=True,
        check=True,
        text=True,
        timeout=60,
    )

    while_its_own_file_is_read = 1
    assert int(started.stdout) <= while_its_own_file_is_read
