"""Runs every recurring schedule at once, by the emulator's own ticker and so with its checks.

Left alone, a `rate(1 minute)` fires for the first time after about 69 seconds.
"""

from __future__ import annotations

from ministack.services import eventbridge, scheduler

from localcloud.patches.attributes import existing

LONG_AGO = 0.0


def apply() -> None:
    """Refuse an emulator whose tickers are not the ones that are driven below."""
    for name in ("_rules", "_rule_last_fired", "_tick_scheduled_rules"):
        existing(eventbridge, name)
    for name in ("_schedules", "_schedule_last_fired", "_tick_schedules"):
        existing(scheduler, name)


def run_all() -> int:
    """Let all enabled recurring schedules and rules be due and tick; return how many there were."""
    rules = _recurring(eventbridge._rules)  # noqa: SLF001 - the emulator's only list
    schedules = _recurring(scheduler._schedules)  # noqa: SLF001 - the same
    eventbridge._rule_last_fired.update(dict.fromkeys(rules, LONG_AGO))  # noqa: SLF001 - the same
    scheduler._schedule_last_fired.update(dict.fromkeys(schedules, LONG_AGO))  # noqa: SLF001 - the same
    eventbridge._tick_scheduled_rules()  # noqa: SLF001 - the same
    scheduler._tick_schedules()  # noqa: SLF001 - the same
    return len(rules) + len(schedules)


def _recurring(store: object) -> list[tuple[str, str, str]]:
    return [
        key
        for key, one in existing(store, "_data").items()
        if one.get("State") == "ENABLED"
        and str(one.get("ScheduleExpression") or "").startswith(("rate", "cron"))
    ]
