"""Implements `Pool` with threads."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

T = TypeVar("T")

# How long the first waits for the others before it goes on without them.
GATHER_SECONDS = 0.02


class Threads(ThreadPoolExecutor):
    """A thread for each lane."""

    def gather(self, running: Collection[Future[T]]) -> set[Future[T]]:
        """Wait for the first to end, then a moment for those that are nearly as far."""
        done, rest = wait(running, return_when=FIRST_COMPLETED)
        if rest:
            more, _ = wait(rest, timeout=GATHER_SECONDS)
            done |= more
        return done
