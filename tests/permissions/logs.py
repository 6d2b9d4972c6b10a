"""Whether a function's log is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.permissions.stage import Stage

WRITTEN_SECONDS = 2.0


def leaves_a_log(stage: Stage, function: str, run: Callable[[], object]) -> None:
    """Check that a run of a function is written to its log."""
    name, since_ms = stage.system.stack.stack.functions[function], stage.now_ms()
    found = stage.client("lambda").get_function_configuration(FunctionName=name)
    group, logs = found["LoggingConfig"]["LogGroup"], stage.client("logs")

    run()

    stage.wait(
        "the log is written",
        lambda: logs.filter_log_events(logGroupName=group, startTime=since_ms)["events"],
        WRITTEN_SECONDS,
    )
