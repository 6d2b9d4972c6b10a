"""Both providers in a thread of the caller's process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.identity.server import KEY_SETS, serving
from simulators.loopback import ServerThread

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager


class IdentityProviders(ServerThread):
    """The running providers; the test bench is under `/_simulator/`."""

    def __init__(self, port: int = 0) -> None:
        """Prepare them; nothing listens yet. Port 0 takes a free one."""
        super().__init__("identity-providers", port)

    def key_set_url(self, provider: str) -> str:
        """Give the address of a provider's key set."""
        return self.url + KEY_SETS[provider]

    def _serving(self) -> AbstractAsyncContextManager[int]:
        return serving(self.port)
