"""HTTP to the venue: one try per call, bounded times, connections kept alive. Never retries."""

from __future__ import annotations

import json
from contextlib import contextmanager, suppress
from decimal import Decimal
from time import monotonic_ns
from typing import TYPE_CHECKING, Any

import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NewConnectionError,
    ReadTimeoutError,
)

from understudy.adapters.venues.hyperliquid.constants import (
    CONNECT_TIMEOUT_MS,
    READ_TIMEOUT_MS,
)
from understudy.adapters.venues.hyperliquid.errors import UnknownCause
from understudy.adapters.venues.hyperliquid.outcomes import HTTP_OK, HTTP_TOO_MANY, MISFITS
from understudy.adapters.venues.hyperliquid.weights import (
    NoMeter,
    answer_weight,
    question_weight,
)
from understudy.domain.errors import RequestBudgetError, VenueUnreachableError
from understudy.domain.intents import Unknown
from understudy.domain.markets import HYPERLIQUID

if TYPE_CHECKING:
    from collections.abc import Iterator

    from understudy.adapters.venues.hyperliquid.weights import Meter

_HEADERS = {"Content-Type": "application/json"}
_POOL_SIZE = 16


class Rest:
    """One venue address; safe to use from several threads. `meter` counts questions, not orders.

    For `hush_ms` after a question that got no answer at all, no other is asked: whoever works for
    many must not wait for each of them.
    """

    def __init__(
        self,
        url: str,
        *,
        connect_timeout_ms: int = CONNECT_TIMEOUT_MS,
        read_timeout_ms: int = READ_TIMEOUT_MS,
        meter: Meter | None = None,
        hush_ms: int = 0,
    ) -> None:
        self._meter = meter or NoMeter()
        self._hush_ms = hush_ms
        self._hushed_until_ms = 0
        self._path = (urllib3.util.parse_url(url).path or "").rstrip("/")
        # Of one address: who keeps pools of many looks for the right one again with every call.
        self._pool = urllib3.connection_from_url(
            url,
            maxsize=_POOL_SIZE,
            retries=False,
            headers=_HEADERS,
            timeout=urllib3.Timeout(connect=connect_timeout_ms / 1000, read=read_timeout_ms / 1000),
        )

    def send(self, body: str) -> tuple[int, bytes] | Unknown:
        """Send an action and give its HTTP status and body, or why there is no answer."""
        try:
            return self._post("/exchange", body)
        except (NewConnectionError, ConnectTimeoutError):
            return Unknown(UnknownCause.UNREACHABLE)
        except ReadTimeoutError:
            return Unknown(UnknownCause.TIMEOUT)
        except HTTPError:
            return Unknown(UnknownCause.CONNECTION_LOST)

    def ask(self, question: dict[str, Any], *, urgent: bool = False) -> Any:
        """Ask `/info` and give the answer's JSON; an urgent question goes before the rest.

        Raises VenueUnreachableError without a usable answer; its facts are the question's type and
        the HTTP status, 0 when there was none. It is a RequestBudgetError when our own meter is
        used up.
        """
        kind = str(question["type"])
        if _monotonic_ms() < self._hushed_until_ms:
            raise unanswered("the venue did not answer a moment ago", kind)
        self._meter.take(question_weight(kind), urgent=urgent)
        answer = self._answer(kind, question)
        if added := answer_weight(kind, answer):
            with suppress(RequestBudgetError):  # it is answered already
                self._meter.take(added, urgent=urgent)
        return answer

    def _answer(self, kind: str, question: dict[str, Any]) -> Any:
        try:
            status, body = self._post("/info", json.dumps(question))
        except HTTPError as error:
            self._hushed_until_ms = _monotonic_ms() + self._hush_ms
            raise unanswered("the venue did not answer", kind) from error
        if status == HTTP_TOO_MANY:
            self._meter.refused()
            raise unanswered("the venue limits our requests", kind, status)
        if status != HTTP_OK:
            raise unanswered("the venue cannot answer now", kind, status)
        with understood(kind):
            return json.loads(body, parse_float=Decimal)

    def close(self) -> None:
        """Close every kept connection."""
        self._pool.close()

    def _post(self, path: str, body: str) -> tuple[int, bytes]:
        answer = self._pool.request("POST", self._path + path, body=body.encode(), redirect=False)
        return answer.status, answer.data


def _monotonic_ms() -> int:
    return monotonic_ns() // 1_000_000


@contextmanager
def understood(question: str) -> Iterator[None]:
    """Turn an answer whose shape does not fit into VenueUnreachableError."""
    try:
        yield
    except MISFITS as error:
        raise unanswered("the venue's answer has an unknown shape", question, HTTP_OK) from error


def unanswered(text: str, question: str, status: int = 0) -> VenueUnreachableError:
    """Word a question that got no usable answer."""
    return VenueUnreachableError(
        f"{text}: try again in a moment", venue=HYPERLIQUID, question=question, status=status
    )
