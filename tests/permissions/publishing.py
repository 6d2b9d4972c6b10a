"""What copy_events' role is for."""

from __future__ import annotations

import json
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tests.permissions.cast import new_follower
from tests.permissions.dead_letters import keeps_failures
from tests.permissions.logs import leaves_a_log
from understudy.adapters.aws import keys
from understudy.adapters.aws.attributes import text
from understudy.adapters.aws.bus import SOURCE, SOURCE_OF_AGENTS
from understudy.domain.receipts import CopyStatus

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.permissions.stage import Stage

EVENTS = "CopyEventsFunction"
RULE = QUEUE = "permissions-witness"
BUS = "understudy-local"
FOR_EVER = -1


def a_paused_follow_is_announced_on_the_bus(stage: Stage) -> None:
    heard = witness(stage)
    follower = new_follower(stage)

    follower.client.pause(follower.follow_id)

    hear_of(stage, heard, follower.follow_id)


def a_batch_that_fails_is_kept(stage: Stage) -> None:
    with given_up_soon(stage, EVENTS):
        keeps_failures(stage, "CopyEventsDeadLetterQueue", lambda: _put_unreadable(stage))


def its_log_is_written(stage: Stage) -> None:
    leaves_a_log(stage, EVENTS, lambda: stage.invoke(EVENTS, {"Records": []}))


def _put_unreadable(stage: Stage) -> None:
    """Put a copy that ended and cannot be read."""
    key = keys.key(f"COPIES#{uuid4()}", "COPY#unreadable")
    stage.table("CopyingTable").put({**key, "status": text(CopyStatus.DONE.value)})


@contextmanager
def given_up_soon(stage: Stage, function: str) -> Iterator[None]:
    """Let a batch that fails be given up by its age: the emulator counts no attempts."""
    client, name = stage.client("lambda"), stage.system.stack.stack.functions[function]
    mapping = client.list_event_source_mappings(FunctionName=name)["EventSourceMappings"][0]
    change = partial(client.update_event_source_mapping, UUID=mapping["UUID"])
    change(MaximumRecordAgeInSeconds=1)
    try:
        yield
    finally:
        change(MaximumRecordAgeInSeconds=FOR_EVER)


def hear_of(stage: Stage, heard: str, name: str) -> None:
    """Wait for an event that names something."""
    client = stage.client("sqs")

    def is_heard() -> bool:
        got = client.receive_message(QueueUrl=heard, WaitTimeSeconds=1, MaxNumberOfMessages=10)
        return any(name in each["Body"] for each in got.get("Messages", []))

    stage.wait(f"an event of {name}", is_heard)


def witness(stage: Stage) -> str:
    """Give a queue, empty, that gets every event of the bus from now on."""
    events, queues = stage.client("events"), stage.client("sqs")
    bus = BUS
    url = queues.create_queue(QueueName=QUEUE)["QueueUrl"]
    queues.purge_queue(QueueUrl=url)
    arn = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    target = arn["Attributes"]["QueueArn"]
    queues.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(_open_to(target))})
    pattern = json.dumps({"source": [SOURCE, SOURCE_OF_AGENTS]})
    events.put_rule(Name=RULE, EventBusName=bus, EventPattern=pattern)
    events.put_targets(Rule=RULE, EventBusName=bus, Targets=[{"Id": "witness", "Arn": target}])
    return str(url)


def _open_to(queue: str) -> dict[str, Any]:
    sends = {"Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage"}
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Resource": queue, **sends}],
    }


CHECKS = (
    its_log_is_written,
    a_paused_follow_is_announced_on_the_bus,
    a_batch_that_fails_is_kept,
)
