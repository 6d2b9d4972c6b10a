"""Fetches a provider's key set over HTTP: one address, one try, bounded times, no redirects."""

from __future__ import annotations

from contextlib import closing
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from understudy.adapters.identity.json_web_keys import Algorithm, read_key_set
from understudy.domain.errors import DependencyError, InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jwt import PyJWK
    from urllib3.response import BaseHTTPResponse

CONNECT_SECONDS = 2.0
READ_SECONDS = 2.0
WHOLE_SECONDS = 3.0
MAX_BYTES = 65_536
HTTP_OK = 200
THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "::1"})


class KeySetHttp:
    """The key set at one address; https, or http on this machine."""

    def __init__(self, url: str, algorithm: Algorithm) -> None:
        place = urlsplit(url)
        is_local = place.scheme == "http" and place.hostname in THIS_MACHINE
        if not place.hostname or (place.scheme != "https" and not is_local):
            raise InvalidInputError(
                "the address of a provider's keys must begin with https://"
                " (http:// only on this machine)"
            )
        self._url = url
        self._algorithm = algorithm
        self._pool = urllib3.PoolManager(
            retries=False,
            timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
        )

    def __call__(self) -> Mapping[str, PyJWK]:
        """Give the keys that are published now; raises DependencyError without a usable answer."""
        deadline = monotonic() + WHOLE_SECONDS
        try:
            answer = self._pool.request(
                "GET", self._url, redirect=False, preload_content=False, decode_content=False
            )
            with closing(answer):
                if answer.status != HTTP_OK:
                    raise _no_keys()
                return read_key_set(_read(answer, deadline), self._algorithm)
        except (HTTPError, ValueError) as error:
            raise _no_keys() from error


def _read(answer: BaseHTTPResponse, deadline: float) -> bytes:
    read = b""
    while chunk := answer.read1(MAX_BYTES):
        read += chunk
        # A server that sends a byte now and then never runs into the time of a single read.
        if len(read) > MAX_BYTES or monotonic() > deadline:
            raise _no_keys()
    return read


def _no_keys() -> DependencyError:
    return DependencyError(
        "the identity provider's keys cannot be read just now", code="PROVIDER_UNAVAILABLE"
    )
