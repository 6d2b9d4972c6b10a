"""Every error of the project, grouped by who must act; facts are attributes, not text."""

from __future__ import annotations


class UnderstudyError(Exception):
    """The base: a stable `code` for programs, a message for people, facts as attributes."""

    code = "INTERNAL"

    def __init__(self, message: str, *, code: str | None = None, **facts: object) -> None:
        super().__init__(message)
        self.message = message
        self.facts = facts
        if code is not None:
            self.code = code


class InvalidInputError(UnderstudyError):
    """The caller sent something that cannot be meant; nothing was changed."""

    code = "INVALID_INPUT"


class NotFoundError(UnderstudyError):
    """There is no such thing for this caller."""

    code = "NOT_FOUND"


class NotAllowedError(UnderstudyError):
    """The caller is not signed in, or may not do this."""

    code = "NOT_ALLOWED"


class ForbiddenError(UnderstudyError):
    """The caller is known, and this is for others alone."""

    code = "FORBIDDEN"


class LimitExceededError(UnderstudyError):
    """A limit or policy refuses; trying again unchanged gives the same answer."""

    code = "LIMIT_EXCEEDED"


class TooManyCallsError(UnderstudyError):
    """The caller called too often; nothing was done, and `again_in_seconds` says when to come back.

    Nothing is wrong with the call itself.
    """

    code = "TOO_MANY_CALLS"

    def __init__(
        self, again_in_seconds: int, what: str = "too many calls", *, code: str | None = None
    ) -> None:
        super().__init__(
            f"{what}: try again in {again_in_seconds} s",
            code=code,
            again_in_seconds=again_in_seconds,
        )
        self.again_in_seconds = again_in_seconds


class ConflictError(UnderstudyError):
    """What was read has changed since: read again and decide again."""

    code = "CONFLICT"


class AuditTamperedError(UnderstudyError):
    """Something of the audit is not as its writers left it; an operator has to look."""

    code = "AUDIT_TAMPERED"


class VenueRejectedError(UnderstudyError):
    """The venue refused a request definitively; nothing took effect."""

    code = "VENUE_REJECTED"


class VenueUnreachableError(UnderstudyError):
    """A question to the venue got no usable answer. Never raised for an order."""

    code = "VENUE_UNREACHABLE"


class RequestBudgetError(VenueUnreachableError):
    """The minute's questions to the venue are used up; `again_in_seconds` says when to come back.

    Nothing was sent.
    """

    code = "REQUEST_BUDGET_USED_UP"

    def __init__(self, venue: str, again_in_seconds: int) -> None:
        super().__init__(
            "the venue's request budget of this minute is used up: it comes again after it",
            venue=venue,
            again_in_seconds=again_in_seconds,
        )
        self.again_in_seconds = again_in_seconds


class SigningRefusedError(UnderstudyError):
    """The signer's policy refused the intent."""

    code = "SIGNING_REFUSED"


class SigningUnavailableError(UnderstudyError):
    """The signer did not answer; nothing was sent to the venue."""

    code = "SIGNING_UNAVAILABLE"


class DependencyError(UnderstudyError):
    """A store or queue did not answer; the message will be delivered again."""

    code = "DEPENDENCY_UNAVAILABLE"


class ConfigurationError(UnderstudyError):
    """A deployment's setting is missing or wrong: only who runs it can put that right."""

    code = "SYSTEM_MISCONFIGURED"
