"""While a function starts nothing is collected; afterwards all is as it was."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from understudy.runtime.starting import uncollected


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
