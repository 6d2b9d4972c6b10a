"""Runs every schedule once, at once: the emulator's first tick comes after about 69 seconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localcloud.session import LocalSession


@dataclass(frozen=True)
class Target:
    """What a schedule calls, and with which JSON text."""

    arn: str
    payload: str


def run_schedules(session: LocalSession) -> list[str]:
    """Send each enabled schedule's event to its targets; return the targets' ARNs."""
    targets = [*_rule_targets(session), *_scheduler_targets(session)]
    for target in targets:
        _send(session, target)
    return [target.arn for target in targets]


def _rule_targets(session: LocalSession) -> Iterator[Target]:
    client = session.client("events")
    for page in client.get_paginator("list_rules").paginate():
        for rule in page["Rules"]:
            if rule.get("ScheduleExpression") and rule.get("State") == "ENABLED":
                found = client.list_targets_by_rule(Rule=rule["Name"])["Targets"]
                yield from (Target(one["Arn"], one.get("Input", "{}")) for one in found)


def _scheduler_targets(session: LocalSession) -> Iterator[Target]:
    client = session.client("scheduler")
    for page in client.get_paginator("list_schedules").paginate(State="ENABLED"):
        for listed in page["Schedules"]:
            names = {"Name": listed["Name"], "GroupName": listed.get("GroupName", "default")}
            target: Any = client.get_schedule(**names)["Target"]
            yield Target(target["Arn"], target.get("Input", "{}"))


def _send(session: LocalSession, target: Target) -> None:
    service, name = target.arn.split(":")[2], target.arn.rpartition(":")[2]
    if service == "lambda":
        client = session.client("lambda")
        client.invoke(FunctionName=target.arn, InvocationType="Event", Payload=target.payload)
    elif service == "sqs":
        queues = session.client("sqs")
        url = queues.get_queue_url(QueueName=name)["QueueUrl"]
        queues.send_message(QueueUrl=url, MessageBody=target.payload)
