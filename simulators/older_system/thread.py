"""The older system in a thread of the caller's process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.loopback import ServerThread
from simulators.older_system.books import Books
from simulators.older_system.keeping import load
from simulators.older_system.server import serving
from simulators.older_system.world import World

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path


class OlderSystem(ServerThread):
    """The running older system; the test bench is under `/_simulator/`."""

    def __init__(self, port: int = 0, folder: Path | None = None) -> None:
        """Prepare it, with the books of the folder if there is one; nothing listens yet."""
        super().__init__("older-system", port)
        self.world = World(load(folder) if folder else Books(), folder)

    def _serving(self) -> AbstractAsyncContextManager[int]:
        return serving(self.world, self.port)
