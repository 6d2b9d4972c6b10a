"""Starting quickly. Imports nothing of ours, so that it can come before everything else."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep Python from looking for garbage while a function starts: its modules and parts stay.

    Nor are they looked through ever after, so requests wait less for it too. What a start leaves
    over is kept with them: a few megabytes of a process that lives for minutes.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_on:
            gc.enable()
