"""Tables that survive a mistake; queues that give up into a dead-letter queue after 8 tries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.finding import Finding
from checks.template.document import references

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.template.document import Document, Resource

MAX_RECEIVE_COUNT = 8
HIGH_THROUGHPUT = {
    "DeduplicationScope": "messageGroup",
    "FifoThroughputLimit": "perMessageGroupId",
}


def check_stores(document: Document) -> Iterator[Finding]:
    """Check each table and each queue."""
    for table in document.of_type("AWS::DynamoDB::Table", "AWS::Serverless::SimpleTable"):
        yield from _check_table(table)
    queues = list(document.of_type("AWS::SQS::Queue"))
    last_stops = _dead_letter_queues(document)
    for queue in queues:
        yield from _check_throughput(queue)
        if queue.name not in last_stops:
            yield from _check_redrive(queue, {queue.name for queue in queues})


def _check_table(table: Resource) -> Iterator[Finding]:
    recovery = table.properties.get("PointInTimeRecoverySpecification") or {}
    if recovery.get("PointInTimeRecoveryEnabled") is not True:
        yield Finding(table.name, "table", "has no point-in-time recovery")
    if table.properties.get("DeletionProtectionEnabled") is not True:
        yield Finding(table.name, "table", "has no deletion protection")


def _dead_letter_queues(document: Document) -> set[str]:
    """Collect the queues where failures end: of queues, functions, events and schedules."""
    ends: set[str] = set()
    for resource in document.resources:
        ends |= _failure_targets(resource.properties)
    return ends


def _failure_targets(value: object) -> set[str]:
    if isinstance(value, list):
        return set().union(*(_failure_targets(part) for part in value))
    if not isinstance(value, dict):
        return set()
    keys = ("deadLetterTargetArn", "DeadLetterQueue", "DeadLetterConfig", "OnFailure")
    here = set().union(*(references(value[key]) for key in keys if key in value))
    return here.union(*(_failure_targets(part) for part in value.values()))


def _check_redrive(queue: Resource, queues: set[str]) -> Iterator[Finding]:
    policy = queue.properties.get("RedrivePolicy") or {}
    if not references(policy.get("deadLetterTargetArn")) & queues:
        yield Finding(queue.name, "queue", "has no dead-letter queue of this template")
    count = policy.get("maxReceiveCount")
    if count != MAX_RECEIVE_COUNT:
        message = f"maxReceiveCount is {count}, expected {MAX_RECEIVE_COUNT}"
        yield Finding(queue.name, "queue", message)


def _check_throughput(queue: Resource) -> Iterator[Finding]:
    if queue.properties.get("FifoQueue") is not True:
        return
    for name, expected in HIGH_THROUGHPUT.items():
        if queue.properties.get(name) != expected:
            yield Finding(queue.name, "queue", f"{name} is not {expected}: low throughput")
