"""What the emulator keeps is looked through for garbage once, not ever again."""

from __future__ import annotations

import gc
import weakref
from typing import TYPE_CHECKING

import pytest

from localcloud import launcher

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before = list(gc.callbacks)
    yield
    gc.callbacks[:] = before
    gc.unfreeze()


def test_what_was_in_use_when_all_was_looked_through_is_not_looked_through_again() -> None:
    launcher.look_through_each_object_once()
    kept = [[number] for number in range(10)]

    gc.collect()

    looked_through = {id(each) for each in gc.get_objects()}
    assert not looked_through & {id(each) for each in kept}


def test_what_is_new_is_still_looked_through() -> None:
    launcher.look_through_each_object_once()
    kept = [[number] for number in range(10)]

    gc.collect(1)

    looked_through = {id(each) for each in gc.get_objects()}
    assert {id(each) for each in kept} <= looked_through


class _Worker:
    """What only a search for garbage frees: it holds itself."""

    def __init__(self) -> None:
        self.itself = self


def test_what_was_in_use_and_is_garbage_since_is_found_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(launcher, "LOOK_THROUGH_ALL_EVERY", 3, raising=False)
    launcher.look_through_each_object_once()
    worker = _Worker()
    ended = weakref.ref(worker)
    gc.collect()
    del worker

    gc.collect()
    kept = ended()
    assert kept is not None
    del kept
    gc.collect()

    assert ended() is None
