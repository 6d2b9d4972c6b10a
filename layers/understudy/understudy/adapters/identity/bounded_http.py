"""HTTP to one address of an operator's choice: one try, bounded times and sizes, no redirects."""

from __future__ import annotations

from contextlib import closing
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from understudy.domain.errors import InvalidInputError

if TYPE_CHECKING:
    from urllib3.response import BaseHTTPResponse

CONNECT_SECONDS = 2.0
READ_SECONDS = 2.0
WHOLE_SECONDS = 3.0
MAX_BYTES = 65_536
HTTP_OK = 200
THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "::1"})
JSON = {"Content-Type": "application/json"}


class BoundedHttp:
    """One address; https, or http on this machine. `what` names it where it is refused."""

    def __init__(self, url: str, what: str) -> None:
        place = urlsplit(url)
        is_local = place.scheme == "http" and place.hostname in THIS_MACHINE
        if not place.hostname or (place.scheme != "https" and not is_local):
            raise InvalidInputError(
                f"the address of {what} must begin with https:// (http:// only on this machine)"
            )
        self._url = url
        self._pool = urllib3.PoolManager(
            retries=False,
            timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
        )

    def get(self) -> bytes:
        """Read what is there; raises ValueError without a whole answer in time."""
        return self._whole("GET", None)

    def post(self, body: bytes) -> bytes:
        """Send JSON and give the answer; raises ValueError without a whole one in time."""
        return self._whole("POST", body)

    def _whole(self, method: str, body: bytes | None) -> bytes:
        deadline = monotonic() + WHOLE_SECONDS
        try:
            answer = self._pool.request(
                method,
                self._url,
                body=body,
                headers=JSON if body else None,
                redirect=False,
                preload_content=False,
                decode_content=False,
            )
            with closing(answer):
                return _read(answer, deadline)
        except HTTPError as error:
            raise ValueError("no whole answer") from error


def _read(answer: BaseHTTPResponse, deadline: float) -> bytes:
    if answer.status != HTTP_OK:
        raise ValueError(f"the answer is {answer.status}")
    read = b""
    while chunk := answer.read1(MAX_BYTES):
        read += chunk
        # A server that sends a byte now and then never runs into the time of a single read.
        if len(read) > MAX_BYTES or monotonic() > deadline:
            raise ValueError("the answer is too long or too slow")
    return read
