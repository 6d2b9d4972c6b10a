"""Calls of the cloud: what is repeated, how often, and what each failure means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, NoCredentialsError, ReadTimeoutError

from understudy.adapters.aws import attempts
from understudy.adapters.aws.attempts import MAX_ATTEMPTS, attempt
from understudy.domain.errors import ConflictError, DependencyError, LimitExceededError

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts.rounds, "__kwdefaults__", {"pause": _go_on, "jitter": float})


def _go_on(seconds: float) -> None:
    assert 0 < seconds < 1


def refused(code: str, *reasons: str, message: str = "") -> ClientError:
    response: Any = {"Error": {"Code": code, "Message": message}}
    if reasons:
        response["CancellationReasons"] = [{"Code": reason} for reason in reasons]
    return ClientError(response, "Call")


def failing(*errors: Exception) -> tuple[Callable[[], str], list[Exception]]:
    left = list(errors)

    def call() -> str:
        if left:
            raise left.pop(0)
        return "done"

    return call, left


@pytest.mark.parametrize(
    "error",
    [
        refused("ThrottlingException"),
        refused("ProvisionedThroughputExceededException"),
        refused("InternalServerError"),
        refused("TransactionInProgressException"),
        refused("TransactionCanceledException", "None", "TransactionConflict"),
        refused("TransactionCanceledException", "ConditionalCheckFailed", "TransactionConflict"),
        ReadTimeoutError(endpoint_url="http://127.0.0.1"),
    ],
)
def test_what_may_pass_by_itself_is_tried_again_but_not_forever(error: Exception) -> None:
    call, _ = failing(error, error)
    assert attempt(call) == "done"

    forever, left = failing(*[error] * (MAX_ATTEMPTS + 1))
    with pytest.raises(DependencyError):
        attempt(forever)
    assert len(left) == 1


@pytest.mark.parametrize(
    "error",
    [
        refused("ConditionalCheckFailedException"),
        refused("TransactionCanceledException", "None", "ConditionalCheckFailed"),
    ],
)
def test_a_failed_condition_is_a_conflict_at_once(error: Exception) -> None:
    call, left = failing(error, error)

    with pytest.raises(ConflictError):
        attempt(call)

    assert len(left) == 1


@pytest.mark.parametrize(
    "error",
    [
        refused("AccessDeniedException"),
        refused("ResourceNotFoundException"),
        refused("TransactionCanceledException", "ConditionalCheckFailed", "ValidationError"),
        NoCredentialsError(),
    ],
)
def test_what_does_not_pass_by_itself_is_not_tried_again(error: Exception) -> None:
    call, left = failing(error, error)

    with pytest.raises(DependencyError):
        attempt(call)

    assert len(left) == 1


INVALID = "One or more parameter values were invalid: "


@pytest.mark.parametrize(
    "text",
    [
        "Item size has exceeded the maximum allowed size",
        "Item size to update has exceeded the maximum allowed size",
        INVALID + "Size of hashkey has exceeded the maximum size limit of2048 bytes",
        INVALID + "Aggregated size of all range keys has exceeded the size limit of 1024 bytes",
        INVALID + "Size limit exceeded for Index Key a Actual Size: 2175 bytes",
    ],
)
def test_what_is_too_large_for_a_table_is_told_apart(text: str) -> None:
    call, _ = failing(refused("ValidationException", message=text))

    with pytest.raises(LimitExceededError):
        attempt(call)


def test_nothing_is_repeated_when_its_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([0.0, 4.1])
    monkeypatch.setattr(attempts, "monotonic", lambda: next(times))
    call, left = failing(*[refused("ThrottlingException")] * 3)

    with pytest.raises(DependencyError):
        attempt(call)

    assert len(left) == 2
