"""One logger per function: static messages with fields; never keys, signatures or payloads."""

from __future__ import annotations

from functools import cache

from aws_lambda_powertools import Logger

from understudy.domain.errors import UnderstudyError


@cache
def logger(service: str) -> Logger:
    """Give the function's logger."""
    return Logger(service=service)


def log_failure(service: str, group: str, error: BaseException) -> None:
    """Log why a group of messages comes again; an error that is not ours brings its place along."""
    if isinstance(error, UnderstudyError):
        facts = {name: str(value) for name, value in error.facts.items()}
        logger(service).warning(
            "messages will come again",
            group=group,
            code=error.code,
            reason=error.message,
            facts=facts,
        )
    else:
        logger(service).error("messages will come again", group=group, code="BUG", exc_info=error)
