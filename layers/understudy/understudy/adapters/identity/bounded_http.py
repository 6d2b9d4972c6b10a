"""HTTP to one address of an operator's choice: one try, bounded times and sizes, no redirects."""

from __future__ import annotations

import socket
from concurrent.futures import Future
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from understudy.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

STEP_SECONDS = 2.0
WHOLE_SECONDS = 3.0
MAX_BYTES = 65_536
HTTP_OK = 200
THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "::1"})
NAMED = {"User-Agent": "understudy"}
JSON = {"Content-Type": "application/json"}


class BoundedHttp:
    """One address; https, or http on this machine. `setting` names it where it is refused."""

    def __init__(self, url: str, setting: str) -> None:
        try:
            place = urlsplit(url)
            self._host, self._port = place.hostname or "", place.port
        except ValueError:  # its words have parts of the address, which may hold a password
            raise ConfigurationError(f"{setting} must be an address") from None
        is_local = place.scheme == "http" and self._host in THIS_MACHINE
        if not self._host or (place.scheme != "https" and not is_local):
            raise ConfigurationError(
                f"{setting} must begin with https:// (http:// only on this machine)"
            )
        self._kind = HTTPConnection if is_local else HTTPSConnection
        self._target = (place.path or "/") + (f"?{place.query}" if place.query else "")

    def get(self) -> bytes:
        """Read what is there; raises ValueError without a whole answer in time."""
        return self._whole("GET", None, NAMED)

    def post(self, body: bytes) -> bytes:
        """Send JSON and give the answer; raises ValueError without a whole one in time."""
        return self._whole("POST", body, NAMED | JSON)

    def _whole(self, method: str, body: bytes | None, headers: Mapping[str, str]) -> bytes:
        connection = self._kind(self._host, self._port, timeout=STEP_SECONDS)
        question = _Question(connection, method, self._target, body, headers)
        try:
            return question.answer(WHOLE_SECONDS)
        except (OSError, HTTPException) as error:
            raise ValueError("no whole answer") from error


class _Question:
    """One request in a thread of its own, so that one deadline holds for all of it.

    A time-out of a socket is that of each single step: looking a name up has none, and a server
    that sends a byte now and then never runs into it.
    """

    def __init__(
        self,
        connection: HTTPConnection,
        method: str,
        target: str,
        body: bytes | None,
        headers: Mapping[str, str],
    ) -> None:
        self._connection = connection
        self._request = (method, target, body, headers)
        self._answered: Future[bytes] = Future()
        self._line: socket.socket | None = None
        self._is_over = False

    def answer(self, seconds: float) -> bytes:
        """Ask and wait; after that nobody is asked or listened to any more."""
        Thread(target=self._ask, daemon=True).start()
        try:
            return self._answered.result(seconds)
        finally:
            self._hang_up()

    def _ask(self) -> None:
        try:
            with closing(self._connection):
                self._connection.connect()
                self._line = self._connection.sock
                self._answered.set_result(b"" if self._is_over else self._said())
        except (OSError, HTTPException, ValueError) as error:
            self._answered.set_exception(error)

    def _said(self) -> bytes:
        method, target, body, headers = self._request
        self._connection.request(method, target, body, dict(headers))
        with closing(self._connection.getresponse()) as answer:
            return _read(answer)

    def _hang_up(self) -> None:
        self._is_over = True  # before the line is looked at: either side sees the other
        if self._line is not None:
            with suppress(OSError):  # it has ended by itself
                # Not by TLS's own method, which takes the line from under the thread that reads.
                socket.socket.shutdown(self._line, socket.SHUT_RDWR)


def _read(answer: HTTPResponse) -> bytes:
    if answer.status != HTTP_OK:
        raise ValueError(f"the answer is {answer.status}")
    read = b""
    while chunk := answer.read1(MAX_BYTES):
        read += chunk
        if len(read) > MAX_BYTES:
            raise ValueError("the answer is too long")
    if answer.length:
        raise ValueError("the answer was cut short")
    return read
