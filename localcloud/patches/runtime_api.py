"""Makes a warm invocation fast: whole responses in one packet, no pause for logs never written.

A worker writes its log before its answer, so what was logged is in the pipe when the answer is
there; the waits below only give the reader thread its turn.
"""

from __future__ import annotations

from typing import Any

from ministack.core import lambda_runtime

from localcloud.patches.attributes import existing

FIRST_LINE_SECONDS = 0.002
QUIET_SECONDS = 0.002
LIMIT_SECONDS = 0.25


def apply() -> None:
    """Patch the runtime API server and the log drain of function workers."""
    worker = existing(lambda_runtime, "ProvidedWorker")
    build = existing(worker, "_build_handler_class")

    def build_unbuffered(self: Any, generation: int, pending: Any) -> Any:
        handler = build(self, generation, pending)
        handler.wbufsize = -1
        handler.disable_nagle_algorithm = True
        return handler

    worker._build_handler_class = build_unbuffered  # noqa: SLF001 - the patch
    drain = existing(worker, "_drain_stderr_bounded")
    drain.__defaults__ = (FIRST_LINE_SECONDS, QUIET_SECONDS, LIMIT_SECONDS)
