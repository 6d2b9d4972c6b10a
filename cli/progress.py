"""Says what is going on: one living line on a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.status import Status

PLAIN_EVERY_SECONDS = 5.0
WIDTH_WITHOUT_TERMINAL = 150


def console_for_tables() -> Console:
    """Return the console; what is no terminal (a file, a log) gets wide lines."""
    console = Console()
    return console if console.is_terminal else Console(width=WIDTH_WITHOUT_TERMINAL)


class Progress:
    """Where a command says how far it is."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status: Status | None = None
        self._started_at = time.monotonic()
        self._said_at = 0.0

    def say(self, line: str) -> None:
        """Say something that stays on the screen."""
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)

    def following(self, created: int, wanted: int) -> None:
        """Say how many followers there are."""
        self._now(f"{created}/{wanted} followers", last=created == wanted)

    def replayed(self, released: int, total: int, waiting: int) -> None:
        """Say how far the replay is."""
        self._now(
            f"replay {released}/{total} trades, {waiting} copies waiting", last=released == total
        )

    def copied(self, final: int, wanted: int) -> None:
        """Say how many copies are final."""
        self._now(f"{final}/{wanted} copies final", last=final >= wanted)

    @contextmanager
    def live(self) -> Iterator[None]:
        """Keep one line moving meanwhile, where that is possible."""
        if not self._console.is_terminal:
            yield
            return
        with self._console.status("") as self._status:
            yield
        self._status = None

    def _now(self, line: str, *, last: bool) -> None:
        line = f"{time.monotonic() - self._started_at:4.0f} s  {line}"
        if self._status is not None:
            self._status.update(line)
        elif last or time.monotonic() - self._said_at >= PLAIN_EVERY_SECONDS:
            self._said_at = time.monotonic()
            self.say(line)
