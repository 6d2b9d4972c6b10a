"""The older system at work: its books, where they are kept, and what befalls requests."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from aiohttp import web

from simulators.older_system.books import Books
from simulators.older_system.keeping import save


class Misfortune(StrEnum):
    """What befalls requests; all but the first two are about changes."""

    NONE = "none"
    DOWN = "down"  # 503 to everything
    ANSWER_LOST = "answer_lost"  # done, but the connection ends without an answer
    PENDING = "pending"  # taken, and not on the chain before it is mined


@dataclass(slots=True)
class World:
    """Everything that a request meets; without a folder nothing outlives the process."""

    books: Books
    folder: Path | None = None
    misfortune: Misfortune = Misfortune.NONE

    def keep(self) -> None:
        """Write down what has changed."""
        if self.folder is not None:
            save(self.folder, self.books)


WORLD: web.AppKey[World] = web.AppKey("world", World)
