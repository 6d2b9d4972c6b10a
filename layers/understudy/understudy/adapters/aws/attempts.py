"""Calls of the cloud: repeated a bounded number of times, failures translated to our errors.

Only a failed condition is a refusal (ConflictError). A conflicting transaction, throttling or a
lost answer is repeated, then DependencyError. Every call that goes through here can be repeated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from random import random
from time import monotonic, sleep
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from understudy.domain.errors import (
    ConflictError,
    DependencyError,
    LimitExceededError,
    UnderstudyError,
)

T = TypeVar("T")

MAX_ATTEMPTS = 6
NO_REPETITION_AFTER_SECONDS = 4.0
_FIRST_PAUSE_SECONDS = 0.02

_AGAIN = frozenset(
    {
        "InternalServerError",
        "InternalFailure",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "ServiceUnavailable",
        "Throttling",
        "ThrottlingException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
_AGAIN_IN_TRANSACTION = frozenset(
    {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}
)
_CONDITION = "ConditionalCheckFailed"
# Of an item, of the key that it has or is asked for by, of an index's: each in other words.
_TOO_LARGE = re.compile(r"\bsize\b[^.:]* exceeded\b", re.IGNORECASE)


def rounds(
    *, pause: Callable[[float], None] = sleep, jitter: Callable[[], float] = random
) -> Iterator[None]:
    """Give the turns in which something may be tried, pausing longer before each."""
    started = monotonic()
    for number in range(MAX_ATTEMPTS):
        if number:
            if monotonic() - started > NO_REPETITION_AFTER_SECONDS:
                return
            pause(_FIRST_PAUSE_SECONDS * 2 ** (number - 1) * (0.5 + jitter()))
        yield


def attempt(call: Callable[[], T]) -> T:
    """Make a call, again while that can help; raises ConflictError or DependencyError."""
    failure: Exception | None = None
    for _ in rounds():
        try:
            return call()
        except (ClientError, BotoCoreError) as error:
            failure = error
            if not _helps_again(error):
                break
    raise translated(failure) from failure


def translated(error: Exception | None) -> UnderstudyError:
    """Say in our words what a failed call means."""
    code = code_of(error)
    if _is_refusal(error):
        return ConflictError("a condition failed: read and decide again", cause=code)
    if _TOO_LARGE.search(str(error)):
        return LimitExceededError(
            "an item or its key is too large for its table", code="RECORD_TOO_LARGE"
        )
    operation = error.operation_name if isinstance(error, ClientError) else ""
    return DependencyError("the cloud did not take a call", cause=code, operation=operation)


def code_of(error: Exception | None) -> str:
    """Give the service's code of a failure, else the name of its class."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", ""))
    return type(error).__name__


def cancellation_codes(error: Exception | None) -> list[str]:
    """Give the reason for each item of a cancelled transaction, in order; 'None' for no reason."""
    if not isinstance(error, ClientError):
        return []
    response: dict[str, Any] = dict(error.response)
    return [str(reason.get("Code", "None")) for reason in response.get("CancellationReasons", ())]


def _helps_again(error: Exception) -> bool:
    if isinstance(error, HTTPClientError):
        return True
    codes = cancellation_codes(error)
    return code_of(error) in _AGAIN or not _AGAIN_IN_TRANSACTION.isdisjoint(codes)


def _is_refusal(error: Exception | None) -> bool:
    if code_of(error) == "ConditionalCheckFailedException":
        return True
    codes = {code for code in cancellation_codes(error) if code != "None"}
    return codes == {_CONDITION}
