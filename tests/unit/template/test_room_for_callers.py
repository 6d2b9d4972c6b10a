"""Whatever waits in queues and streams, on this machine the API's callers have room beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cli.places import TEMPLATE
from cli.system import LANES_AT_ONCE
from localcloud.deploy.source import read_source
from localcloud.emulator import CONCURRENT_FUNCTIONS

CALLERS = 5
OF_A_QUEUE = 5
"""How many batches of a queue the emulator hands out at once, where its mapping names no number."""
OF_ALL_STREAMS = 1
OF_A_SCHEDULE = 1


def number(value: Any) -> int:
    """Read a number of the template; its one parameter here is how many lanes there are."""
    return LANES_AT_ONCE if value == {"Ref": "LaneConcurrency"} else int(value)


def at_once(function: dict[str, Any]) -> int:
    """Tell how many executions of a function its queues and schedules, or its callers, have."""
    properties = function["Properties"]
    started = 0
    for event in properties.get("Events", {}).values():
        if event["Type"] == "SQS":
            scaling = event["Properties"].get("ScalingConfig", {})
            started += number(scaling.get("MaximumConcurrency", OF_A_QUEUE))
        elif event["Type"] == "ScheduleV2":
            started += OF_A_SCHEDULE
    return number(properties.get("ReservedConcurrentExecutions", started))


def test_what_no_caller_asked_for_leaves_executions_to_callers() -> None:
    resources = read_source(Path(TEMPLATE)).template["Resources"].values()
    functions = [each for each in resources if each["Type"] == "AWS::Serverless::Function"]

    held = sum(map(at_once, functions)) + OF_ALL_STREAMS

    assert held + CALLERS <= CONCURRENT_FUNCTIONS
