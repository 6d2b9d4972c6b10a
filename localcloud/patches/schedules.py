"""Runs recurring schedules at once, by the emulator's own ticker and so with its checks.

Left alone, a `rate(1 minute)` fires for the first time after about 69 seconds. On a kept state the
ticker would find all of them overdue: until all is deployed it rests, else what takes long to
deploy has the functions of the run before started, and those of this run beside them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ministack.services import eventbridge, scheduler

from localcloud.patches import deployed
from localcloud.patches.attributes import existing

if TYPE_CHECKING:
    from collections.abc import Callable

LONG_AGO = 0.0
EVERY_MINUTE = "rate(1 minute)"


def apply() -> None:
    """Patch the tickers, and refuse an emulator that has others than are driven below."""
    for name in ("_rules", "_rule_last_fired"):
        existing(eventbridge, name)
    for name in ("_schedules", "_schedule_last_fired"):
        existing(scheduler, name)
    _rest_until_deployed(eventbridge, "_tick_scheduled_rules")
    _rest_until_deployed(scheduler, "_tick_schedules")


def _rest_until_deployed(module: Any, name: str) -> None:
    tick = existing(module, name)

    def tick_if_deployed() -> None:
        if deployed.everything.is_set():
            tick()

    setattr(module, name, tick_if_deployed)


def run_all() -> int:
    """Let all enabled recurring schedules and rules be due and tick; return how many there were."""
    return _run(lambda expression: expression.startswith(("rate", "cron")))


def run_those_of_every_minute() -> int:
    """Let those be due and tick; return how many. The rest runs when its time has passed."""
    return _run(lambda expression: expression == EVERY_MINUTE)


def _run(is_due: Callable[[str], bool]) -> int:
    rules = _enabled(eventbridge._rules, is_due)  # noqa: SLF001 - the emulator's only list
    schedules = _enabled(scheduler._schedules, is_due)  # noqa: SLF001 - the same
    eventbridge._rule_last_fired.update(dict.fromkeys(rules, LONG_AGO))  # noqa: SLF001 - the same
    scheduler._schedule_last_fired.update(dict.fromkeys(schedules, LONG_AGO))  # noqa: SLF001 - the same
    eventbridge._tick_scheduled_rules()  # noqa: SLF001 - the same
    scheduler._tick_schedules()  # noqa: SLF001 - the same
    return len(rules) + len(schedules)


def _enabled(store: object, is_due: Callable[[str], bool]) -> list[tuple[str, str, str]]:
    return [
        key
        for key, one in existing(store, "_data").items()
        if one.get("State") == "ENABLED" and is_due(str(one.get("ScheduleExpression") or ""))
    ]
