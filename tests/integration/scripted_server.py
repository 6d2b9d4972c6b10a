"""A server on this machine that answers each request with the next step of a script."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Step = Callable[[socket.socket], None]

_HEADER_END = b"\r\n\r\n"


def respond(status: int, body: str) -> Step:
    """Answer with a status and a body."""
    text = body.encode()
    head = f"HTTP/1.1 {status} Scripted\r\nContent-Length: {len(text)}\r\n\r\n"
    return lambda client: client.sendall(head.encode() + text)


def say(answer: bytes) -> Step:
    """Send these bytes, then no more; the connection's end is the answer's."""

    def step(client: socket.socket) -> None:
        client.sendall(answer)
        with suppress(OSError):  # the client may have read enough and gone
            client.shutdown(socket.SHUT_WR)

    return step


def stay_silent(client: socket.socket) -> None:
    """Answer nothing until the client gives up."""
    client.recv(1)


def reset(client: socket.socket) -> None:
    """Break the connection off."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def cut_short(client: socket.socket) -> None:
    """Promise more than is sent, then end."""
    client.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"status":"ok"')
    client.shutdown(socket.SHUT_RDWR)


class ScriptedServer:
    """Plays the steps in order, whatever is asked; `targets` and `bodies` are the requests'."""

    def __init__(self, listener: socket.socket, steps: list[Step]) -> None:
        self._listener = listener
        self._steps = iter(steps)
        self.targets: list[str] = []
        self.bodies: list[bytes] = []
        self.connections = 0
        self._open: list[socket.socket] = [listener]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def play(self) -> None:
        """Serve connection after connection until the listener is closed."""
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(client)
            with client:
                self._serve(client)

    def stop(self) -> None:
        """Wake whoever waits for a connection or a request; closing alone does not."""
        for waiting in self._open:
            with suppress(OSError):
                waiting.shutdown(socket.SHUT_RDWR)

    def _serve(self, client: socket.socket) -> None:
        while (asked := _read_request(client)) is not None:
            head, body = asked
            self.targets.append(head.split(b" ")[1].decode())
            self.bodies.append(body)
            next(self._steps)(client)


@contextmanager
def serving(*steps: Step) -> Iterator[ScriptedServer]:
    """Serve a script on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = ScriptedServer(listener, list(steps))
        thread = threading.Thread(target=server.play, daemon=True)
        thread.start()
        yield server
        server.stop()
    thread.join(5)


def _read_request(client: socket.socket) -> tuple[bytes, bytes] | None:
    received = b""
    try:
        while _HEADER_END not in received:
            if not (part := client.recv(65536)):
                return None
            received += part
        head, _, body = received.partition(_HEADER_END)
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
        while len(body) < length:
            body += client.recv(65536)
    except OSError:
        return None
    return head, body
