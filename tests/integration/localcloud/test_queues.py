"""FIFO queues: order in a group, groups side by side, failures kept apart, dead letters."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from localcloud.stack import RunningStack

pytestmark = pytest.mark.integration

CONTEXT = {"purpose": "sign", "agent_id": "a"}


class Relay:
    """Sends numbered messages to groups of its own and reads what the function noted."""

    def __init__(self, cloud: RunningStack) -> None:
        self._queues = cloud.session().client("sqs")
        self._tables = cloud.session().client("dynamodb")
        self._cloud = cloud
        self._run = uuid.uuid4().hex

    def group(self, name: str) -> str:
        """Give the full name of one of its groups."""
        return f"{self._run}{name}"

    def send(self, messages: Iterable[tuple[str, dict[str, Any]]]) -> None:
        entries = [
            {
                "Id": str(number),
                "MessageBody": json.dumps({"n": number, "context": CONTEXT, **body}),
                "MessageGroupId": self.group(group),
                "MessageDeduplicationId": uuid.uuid4().hex,
            }
            for number, (group, body) in enumerate(messages)
        ]
        self._queues.send_message_batch(
            QueueUrl=self._cloud.outputs["RelayQueueUrl"], Entries=entries
        )

    def noted(self, group: str) -> list[dict[str, Any]]:
        found = self._tables.query(
            TableName=self._cloud.outputs["Table"],
            KeyConditionExpression="pk = :group",
            ExpressionAttributeValues={":group": {"S": self.group(group)}},
        )
        return list(found["Items"])

    def numbers(self, group: str) -> list[int]:
        return [int(item["sk"]["S"]) for item in self.noted(group)]

    def dead(self) -> list[int]:
        found = self._queues.receive_message(
            QueueUrl=self._cloud.stack.queue_urls["RelayDeadLetterQueue"],
            MaxNumberOfMessages=10,
            VisibilityTimeout=0,
            AttributeNames=["MessageGroupId"],
        )
        return [
            int(json.loads(message["Body"])["n"])
            for message in found.get("Messages", [])
            if message["Attributes"]["MessageGroupId"].startswith(self._run)
        ]


@pytest.fixture
def relay(cloud: RunningStack) -> Relay:
    return Relay(cloud)


def test_a_group_is_handled_in_the_order_sent(relay: Relay, eventually: Callable[..., Any]) -> None:
    relay.send([("g", {}) for _ in range(10)])

    eventually(lambda: len(relay.numbers("g")) == 10)

    started = [int(item["started_ns"]["N"]) for item in relay.noted("g")]
    assert started == sorted(started)


def test_a_slow_group_does_not_hold_another(relay: Relay, eventually: Callable[..., Any]) -> None:
    relay.send([("slow", {"waits_for": relay.group("quick")})])
    relay.send([("quick", {})])

    eventually(lambda: relay.numbers("slow") == [0])

    assert relay.numbers("quick") == [0]


def test_a_failure_stops_its_own_group_only(relay: Relay, eventually: Callable[..., Any]) -> None:
    relay.send([("bad", {"fails": True}), ("bad", {}), ("good", {})])

    eventually(lambda: relay.numbers("good") == [2])
    eventually(lambda: relay.dead() == [0, 1])  # the second was taken back with the first

    assert relay.numbers("bad") == []


def test_messages_sent_in_one_batch_arrive_in_one_batch(
    relay: Relay, eventually: Callable[..., Any]
) -> None:
    lanes = [str(lane) for lane in range(10)]

    relay.send([(lane, {}) for lane in lanes])
    eventually(lambda: all(relay.numbers(lane) for lane in lanes))

    assert {item["batch"]["N"] for lane in lanes for item in relay.noted(lane)} == {"10"}
