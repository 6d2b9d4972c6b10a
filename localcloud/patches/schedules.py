"""Runs recurring schedules at once, by the emulator's own ticker and so with its checks.

Left alone, a `rate(1 minute)` fires for the first time after about 69 seconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ministack.services import eventbridge, scheduler

from localcloud.patches.attributes import existing

if TYPE_CHECKING:
    from collections.abc import Callable

LONG_AGO = 0.0
EVERY_MINUTE = "rate(1 minute)"


def apply() -> None:
    """Refuse an emulator whose tickers are not the ones that are driven below."""
    for name in ("_rules", "_rule_last_fired", "_tick_scheduled_rules"):
        existing(eventbridge, name)
    for name in ("_schedules", "_schedule_last_fired", "_tick_schedules"):
        existing(scheduler, name)


def run_all() -> int:
    """Let all enabled recurring schedules and rules be due and tick; return how many there were."""
    return _run(lambda expression: expression.startswith(("rate", "cron")))


def run_minutely() -> int:
    """Let those of every minute be due and tick, the rest when their time has passed, as on AWS."""
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
