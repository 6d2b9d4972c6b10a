"""What copy_events' role is for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.permissions.cast import new_follower

if TYPE_CHECKING:
    from tests.permissions.stage import Stage

RULE = QUEUE = "permissions-witness"
BUS = "understudy-local"
ATTEMPTS = 8


def a_paused_follow_is_announced_on_the_bus(stage: Stage) -> None:
    witness = _witness(stage)
    follower = new_follower(stage)

    follower.client.pause(follower.follow_id)

    client = stage.client("sqs")
    for _ in range(ATTEMPTS):
        got = client.receive_message(QueueUrl=witness, WaitTimeSeconds=1, MaxNumberOfMessages=10)
        if any(follower.follow_id in each["Body"] for each in got.get("Messages", [])):
            return
    raise AssertionError(f"no event of {follower.follow_id} came")


def _witness(stage: Stage) -> str:
    """Give a queue that gets every event of the bus."""
    events, queues = stage.client("events"), stage.client("sqs")
    bus = BUS
    url = queues.create_queue(QueueName=QUEUE)["QueueUrl"]
    arn = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    target = arn["Attributes"]["QueueArn"]
    queues.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(_open_to(target))})
    pattern = json.dumps({"source": ["understudy.copying"]})
    events.put_rule(Name=RULE, EventBusName=bus, EventPattern=pattern)
    events.put_targets(Rule=RULE, EventBusName=bus, Targets=[{"Id": "witness", "Arn": target}])
    return str(url)


def _open_to(queue: str) -> dict[str, Any]:
    sends = {"Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage"}
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Resource": queue, **sends}],
    }


CHECKS = (a_paused_follow_is_announced_on_the_bus,)
