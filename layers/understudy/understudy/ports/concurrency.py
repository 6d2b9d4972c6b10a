"""Doing several things side by side: the lanes of a delivery."""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures import Future
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Pool(Protocol):
    """Runs what it is given, each beside the others."""

    def submit(self, fn: Callable[..., T], /, *args: Any) -> Future[T]:
        """Begin something; whoever asks the future for its result waits for it."""
        ...

    def gather(self, running: Collection[Future[T]]) -> set[Future[T]]:
        """Wait for the first to end, then a moment for each that is nearly as far."""
        ...
