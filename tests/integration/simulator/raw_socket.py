"""A socket of the venue's stream that shows every frame."""

from __future__ import annotations

import json
from typing import Any

import websocket

from tests.patience import PATIENCE_SECONDS


class Raw:
    """A socket that shows every frame."""

    def __init__(self, url: str) -> None:
        self._socket = websocket.create_connection(
            url.replace("http", "ws") + "/ws", timeout=PATIENCE_SECONDS
        )

    def ask(self, **frame: Any) -> Any:
        self._socket.send(json.dumps(frame))
        return self.hear()

    def say(self, text: str) -> Any:
        self.send(text)
        return self.hear()

    def send(self, text: str) -> None:
        self._socket.send(text)

    def hear(self) -> Any:
        return json.loads(self._socket.recv())

    def close(self) -> None:
        self._socket.close()
