"""No schedule runs before the system is up; then each runs once, and later when it is due."""

from __future__ import annotations

import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest
from ministack.services import eventbridge, scheduler

from localcloud.patches import deployed, schedules

OVERDUE = {
    "State": "ENABLED",
    "ScheduleExpression": "rate(1 minute)",
    "CreationDate": 0.0,
    "Arn": "arn:aws:scheduler:us-east-1:000000000000:schedule/default/tick",
    "Target": {"Arn": "arn:aws:lambda:us-east-1:000000000000:function:tick"},
}
HOURLY = {
    **OVERDUE,
    "ScheduleExpression": "rate(1 hour)",
    "Target": {"Arn": "arn:aws:lambda:us-east-1:000000000000:function:hour"},
}


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give what the patched tickers started; a kept state holds two that are overdue."""
    started: list[str] = []

    def deliver(target: Any, *_rest: Any) -> None:
        started.append(target["Arn"].rpartition(":")[2])

    account, region = "000000000000", "us-east-1"
    kept = {
        (account, region, "default/tick"): {**OVERDUE},
        (account, region, "default/hour"): {**HOURLY},
    }
    monkeypatch.setattr(deployed, "everything", threading.Event())
    monkeypatch.setattr(scheduler, "_schedules", SimpleNamespace(_data=kept))
    monkeypatch.setattr(scheduler, "_schedule_last_fired", dict[Any, float]())
    monkeypatch.setattr(eventbridge, "_rules", SimpleNamespace(_data={}))
    monkeypatch.setattr(eventbridge, "_invoke_target", deliver)
    for module, name in ((eventbridge, "_tick_scheduled_rules"), (scheduler, "_tick_schedules")):
        monkeypatch.setattr(module, name, getattr(module, name))
    schedules.apply()
    return started


def test_an_overdue_schedule_of_a_kept_state_waits_until_all_is_deployed(
    started: list[str],
) -> None:
    scheduler._tick_schedules()
    assert started == []

    deployed.everything.set()
    assert schedules.run_those_of_every_minute() == 1
    assert started == ["tick", "hour"]

    scheduler._tick_schedules()
    assert started == ["tick", "hour"]


def test_at_a_start_what_runs_every_minute_runs_at_once_and_all_else_in_its_time(
    started: list[str],
) -> None:
    for one in scheduler._schedules._data.values():
        one["CreationDate"] = time.time()

    deployed.everything.set()
    schedules.run_those_of_every_minute()
    assert started == ["tick"]

    assert schedules.run_all() == 2
    assert started == ["tick", "tick", "hour"]


def test_a_schedule_that_was_run_at_once_runs_again_when_it_is_due(started: list[str]) -> None:
    deployed.everything.set()
    schedules.run_all()
    scheduler._schedule_last_fired.update(dict.fromkeys(scheduler._schedule_last_fired, 0.0))

    scheduler._tick_schedules()

    assert started == ["tick", "hour"] * 2
