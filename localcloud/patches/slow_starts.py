"""Waits for a function's process that is slow to start: on a busy machine that is no fault.

AWS breaks off a start after ten seconds and begins it anew, on processors of the function's own.
Here it would be done twice on those that are too few, and hold up the starts beside it by as much.
"""

from __future__ import annotations

from ministack.core import lambda_runtime

from localcloud.patches.attributes import existing

LIMIT_SECONDS = 60.0


def apply() -> None:
    """Patch how long a process may take until it asks for its first event."""
    existing(lambda_runtime, "_PROVIDED_INIT_TIMEOUT")
    lambda_runtime._PROVIDED_INIT_TIMEOUT = LIMIT_SECONDS  # noqa: SLF001 - the patch
