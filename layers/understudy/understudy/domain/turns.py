"""When a turn of a switch may take effect: on always does, off never undoes a later on. Pure."""

from __future__ import annotations

from understudy.domain.errors import ConflictError

# Decisions are dated by whoever takes them in: the order of two that are closer is not known.
CLOCKS_DIFFER_BY_MS = 1_000


def undoes_until_ms(at_ms: int) -> int:
    """Give the time of the latest on that an off decided at `at_ms` may undo."""
    return at_ms - CLOCKS_DIFFER_BY_MS - 1


def newer_decision() -> ConflictError:
    """Say that an off came too late: nothing was changed."""
    return ConflictError(
        "a newer decision exists: the switch was turned on after this was decided, or less than a"
        " second before: look at how it stands, and decide again",
        code="NEWER_DECISION",
    )
