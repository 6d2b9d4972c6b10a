"""No message has two workers at once, and a scheduled call that comes to nothing is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from checks.template.document import read_document, references
from understudy.adapters.venue_shares import PERCENT_OF_BUDGET
from understudy.ports.delivery import Purpose

ROOT = Path(__file__).resolve().parents[3]
TEMPLATE = read_document(ROOT / "template.yaml")
QUEUES = {each.name: each.properties for each in TEMPLATE.of_type("AWS::SQS::Queue")}
FUNCTIONS = {each.name: each.properties for each in TEMPLATE.functions()}
SECONDS = 10
SLOW = {"FollowReconcileFunction": 30}  # decision 030
RATES = {
    "LeaderListenerFunction": "rate(1 minute)",
    "FollowReconcileFunction": "rate(1 minute)",
    "AgentUpkeepFunction": "rate(5 minutes)",
    "AccountErasureFunction": "rate(5 minutes)",
    "AuditCheckpointFunction": "rate(5 minutes)",
}


def events_of(kind: str) -> list[Any]:
    return [
        pytest.param(name, event["Properties"], id=name)
        for name, function in FUNCTIONS.items()
        for event in function.get("Events", {}).values()
        if event["Type"] == kind
    ]


@pytest.mark.parametrize(("function", "event"), events_of("SQS"))
def test_a_message_is_hidden_for_twice_as_long_as_its_worker_may_take(
    function: str, event: dict[str, Any]
) -> None:
    (name,) = references(event["Queue"])
    seconds = FUNCTIONS[function]["Timeout"]

    assert seconds == SLOW.get(function, SECONDS)
    assert QUEUES[name]["VisibilityTimeout"] >= 2 * seconds


def test_whatever_goes_on_by_itself_is_called_in_its_time() -> None:
    calls = [each.values for each in events_of("ScheduleV2")]

    assert {name: event["ScheduleExpression"] for name, event in calls} == RATES
    assert len(calls) == len(RATES)
    assert {event.get("State", "ENABLED") for _, event in calls} == {"ENABLED"}


@pytest.mark.parametrize(("function", "schedule"), events_of("ScheduleV2"))
def test_a_scheduled_call_that_cannot_be_made_or_fails_is_kept(
    function: str, schedule: dict[str, Any]
) -> None:
    failed = FUNCTIONS[function]["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]

    assert schedule["DeadLetterConfig"]["Arn"] == failed["Destination"]


def test_the_page_says_the_shares_of_the_request_budget() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8").replace("\n", " ")
    exits, entries = PERCENT_OF_BUDGET[Purpose.EXIT], PERCENT_OF_BUDGET[Purpose.ENTRY]

    assert f"exits may use {exits} %, entries {entries} %" in page
    assert f"questions {PERCENT_OF_BUDGET[Purpose.STATUS]} %, a twentieth stays free" in page
    assert sum(PERCENT_OF_BUDGET.values()) == 95
