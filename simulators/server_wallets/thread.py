"""The provider in a thread of the caller's process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.loopback import ServerThread
from simulators.server_wallets.provider import WalletProvider
from simulators.server_wallets.server import serving

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

ANY_TOKEN = ""
LOCAL_TOKEN = "a token for this machine"  # good here and nowhere else


class ServerWalletProvider(ServerThread):
    """The running provider; the test bench is under `/_simulator/`."""

    def __init__(self, port: int = 0, token: str = LOCAL_TOKEN) -> None:
        """Prepare it; nothing listens yet. Port 0 takes a free one."""
        super().__init__("server-wallets", port)
        self.provider = WalletProvider(token)

    def _serving(self) -> AbstractAsyncContextManager[int]:
        return serving(self.provider, self.port)
