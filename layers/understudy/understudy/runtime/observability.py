"""One logger per function: static messages with fields; never keys, signatures or payloads.

It is our own because importing Powertools for its logger brings its tracer and metrics along,
into every cold start of the copy path.
"""

from __future__ import annotations

import json
import sys
import traceback
from dataclasses import dataclass
from datetime import UTC, datetime

from understudy.domain.errors import ConfigurationError, UnderstudyError


@dataclass(frozen=True, slots=True)
class JsonLogger:
    """Writes one JSON object a line to standard output, where the runtime collects it."""

    service: str

    def info(self, message: str, **fields: object) -> None:
        """Log what happened."""
        self._write("INFO", message, fields)

    def warning(self, message: str, **fields: object) -> None:
        """Log what will be tried again."""
        self._write("WARNING", message, fields)

    def error(self, message: str, error: BaseException, **fields: object) -> None:
        """Log what should not have happened, and where."""
        places = "".join(traceback.format_exception(error))
        self._write("ERROR", message, {**fields, "exception": places})

    def _write(self, level: str, message: str, fields: dict[str, object]) -> None:
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        said = {"level": level, "message": message, "timestamp": now, "service": self.service}
        sys.stdout.write(json.dumps({**said, **fields}, default=str) + "\n")


def logger(service: str) -> JsonLogger:
    """Give the function's logger."""
    return JsonLogger(service)


def log_misconfigured(service: str, error: ConfigurationError, **fields: object) -> None:
    """Log what is set up wrongly, which only who runs the deployment can mend."""
    logger(service).error("set up wrongly", error, code=error.code, reason=error.message, **fields)


def log_failure(service: str, group: str, error: BaseException) -> None:
    """Log why a group of messages comes again; an error that is not ours brings its place along."""
    if isinstance(error, ConfigurationError):
        logger(service).error("messages will come again", error, group=group, code=error.code)
    elif isinstance(error, UnderstudyError):
        facts = {name: str(value) for name, value in error.facts.items()}
        logger(service).warning(
            "messages will come again",
            group=group,
            code=error.code,
            reason=error.message,
            facts=facts,
        )
    else:
        logger(service).error("messages will come again", error, group=group, code="BUG")
