"""Errors as problem details (RFC 9457): a stable `code` for programs, a `detail` for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from understudy.domain.errors import (
    ConfigurationError,
    ConflictError,
    DependencyError,
    ForbiddenError,
    InvalidInputError,
    LimitExceededError,
    NotAllowedError,
    NotFoundError,
    SigningRefusedError,
    SigningUnavailableError,
    TooManyCallsError,
    UnderstudyError,
    VenueRejectedError,
    VenueUnreachableError,
)

from .problem_words import words_of

if TYPE_CHECKING:
    from pydantic import ValidationError

STATUS_OF: dict[type[UnderstudyError], int] = {
    InvalidInputError: 400,
    NotAllowedError: 401,
    ForbiddenError: 403,
    NotFoundError: 404,
    ConflictError: 409,
    LimitExceededError: 422,
    SigningRefusedError: 422,
    VenueRejectedError: 422,
    TooManyCallsError: 429,
    SigningUnavailableError: 503,
    VenueUnreachableError: 503,
    DependencyError: 503,
    ConfigurationError: 500,
}
TITLE_OF = {
    400: "The request cannot be meant",
    401: "Not signed in",
    403: "Not for you",
    404: "Not found",
    409: "Not in this state",
    413: "Too large",
    422: "Refused",
    429: "Too many calls",
    500: "Our fault",
    503: "Not available just now",
}
RETRY_AFTER_SECONDS = 2
MOST_SHOWN = 20
MISCONFIGURED = (
    "this service is not set up rightly, which only its operator can mend: its log says what is"
    " wrong"
)

Problem = dict[str, Any]


def problem_of(error: UnderstudyError) -> Problem:
    """Describe an error; only what its message says is shown, never its facts.

    How a deployment is set up is nothing to its callers.
    """
    status = STATUS_OF.get(type(error), 500)
    if error.code == "BODY_TOO_LARGE":
        status = 413
    is_ours = isinstance(error, ConfigurationError)
    return problem(status, error.code, MISCONFIGURED if is_ours else error.message)


def problem(status: int, code: str, detail: str) -> Problem:
    """Write problem details."""
    return {
        "type": f"urn:understudy:problem:{code}",
        "title": TITLE_OF[status],
        "status": status,
        "code": code,
        "detail": detail,
    }


def problem_of_shape(error: ValidationError) -> Problem:
    """Describe a request that does not fit its model, field by field, without what was sent."""
    found = error.errors(include_url=False, include_input=False)
    fields = [
        {
            "field": ".".join(str(part) for part in each["loc"]),
            "problem": words_of(each["type"], each.get("ctx", {})),
        }
        for each in found[:MOST_SHOWN]
    ]
    detail = "; ".join(f"{each['field'] or 'the request'} {each['problem']}" for each in fields)
    return {**problem(400, "INVALID_INPUT", detail), "errors": fields}


def headers_of(shown: Problem, error: UnderstudyError | None = None) -> dict[str, str]:
    """Give the headers that belong to a problem."""
    if isinstance(error, TooManyCallsError):
        return {"Retry-After": str(error.again_in_seconds)}
    if shown["status"] == 401:  # noqa: PLR2004  # not signed in
        return {"WWW-Authenticate": "Bearer"}
    if shown["status"] == 503:  # noqa: PLR2004  # not available
        return {"Retry-After": str(RETRY_AFTER_SECONDS)}
    return {}
