"""Calls of the cloud: repeated a bounded number of times, failures translated to our errors.

Only a failed condition is a refusal (ConflictError). A conflicting transaction, throttling or a
lost answer is repeated, then DependencyError. Every call that goes through here can be repeated.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from random import random
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


def attempt(
    call: Callable[[], T],
    *,
    pause: Callable[[float], None] = time.sleep,
    jitter: Callable[[], float] = random,
) -> T:
    """Make a call, again while that can help; raises ConflictError or DependencyError."""
    started = time.monotonic()
    for number in range(MAX_ATTEMPTS):
        try:
            return call()
        except (ClientError, BotoCoreError) as error:
            failure = error
        too_late = time.monotonic() - started > NO_REPETITION_AFTER_SECONDS
        if too_late or number + 1 == MAX_ATTEMPTS or not _helps_again(failure):
            break
        pause(_FIRST_PAUSE_SECONDS * 2**number * (0.5 + jitter()))
    raise translated(failure) from failure


def translated(error: Exception) -> UnderstudyError:
    """Say in our words what a failed call means."""
    code = code_of(error)
    if _is_refusal(error):
        return ConflictError("a condition failed: read and decide again", cause=code)
    if "size has exceeded" in str(error).lower():
        return LimitExceededError("an item is too large for its table", code="RECORD_TOO_LARGE")
    return DependencyError("the cloud did not take a call", cause=code)


def code_of(error: Exception) -> str:
    """Give the service's code of a failure, else the name of its class."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", ""))
    return type(error).__name__


def cancellation_codes(error: Exception) -> list[str]:
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


def _is_refusal(error: Exception) -> bool:
    if code_of(error) == "ConditionalCheckFailedException":
        return True
    codes = {code for code in cancellation_codes(error) if code != "None"}
    return codes == {_CONDITION}
