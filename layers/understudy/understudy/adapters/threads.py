"""Implements `Pool` with threads."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import (
    ALL_COMPLETED,
    FIRST_COMPLETED,
    Future,
    ThreadPoolExecutor,
    wait,
)
from time import monotonic
from typing import TypeVar

T = TypeVar("T")


class Threads(ThreadPoolExecutor):
    """A thread for each lane."""

    # How long at a time the next ones are waited for, and all of them together. The first lane's
    # transaction goes alone, and the others' ends a call of the cloud later (decision 038): who
    # does not wait for that has the first signed alone, and all others wait until it is.
    next_seconds = 0.06
    gather_seconds = 0.1

    def gather(self, running: Collection[Future[T]]) -> set[Future[T]]:
        """Wait for the first to end, then for those that end one soon after the other.

        Whoever waits is not woken by each of them: a lane that ends would hold the others up.
        """
        done, rest = wait(running, return_when=FIRST_COMPLETED)
        ends = monotonic() + self.gather_seconds
        while rest and (left := ends - monotonic()) > 0:
            next_ones, rest = wait(rest, min(self.next_seconds, left), ALL_COMPLETED)
            if not next_ones:
                break
            done |= next_ones
        return done
