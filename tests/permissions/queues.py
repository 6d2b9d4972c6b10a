"""Whether a function may work through its own queue, and give back what it cannot do yet."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from understudy.messages import encode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.permissions.stage import Stage

COUNTS = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
TAKEN_SECONDS = 4.0
AGAIN_SECONDS = 4


@dataclass(frozen=True)
class FedQueue:
    """A queue and the function that it feeds."""

    name: str
    function: str


def consumes(stage: Stage, queue: FedQueue, message: object) -> None:
    """Check that a message is taken from the queue and done with."""
    url = stage.queue(queue.name)
    stage.client("sqs").purge_queue(QueueUrl=url)
    _send(stage, url, encode(message))
    stage.wait(f"{queue.name} is empty", lambda: not waiting(stage, url), TAKEN_SECONDS)


def gives_back_soon(stage: Stage, queue: FedQueue) -> None:
    """Check that what a function cannot do comes again within seconds, not a minute later."""
    url, client = stage.queue(queue.name), stage.client("sqs")
    body = f"not a message {uuid4()}"
    with stopped(stage, queue):
        client.purge_queue(QueueUrl=url)
        _send(stage, url, body)
        answer = stage.invoke(queue.function, {"Records": [_as_record(received(stage, url, body))]})
        assert len(answer["batchItemFailures"]) == 1
        again = received(stage, url, body)
        client.delete_message(QueueUrl=url, ReceiptHandle=again["ReceiptHandle"])


def waiting(stage: Stage, url: str) -> int:
    """Count a queue's messages."""
    asked = stage.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=list(COUNTS))
    return sum(int(asked["Attributes"][name]) for name in COUNTS)


def _send(stage: Stage, url: str, body: str) -> None:
    ordered = {"MessageGroupId": uuid4().hex, "MessageDeduplicationId": uuid4().hex}
    more = ordered if url.endswith(".fifo") else {}
    stage.client("sqs").send_message(QueueUrl=url, MessageBody=body, **more)


def received(stage: Stage, url: str, body: str, seconds: float = AGAIN_SECONDS) -> dict[str, Any]:
    """Take one message from a queue; what others have sent meanwhile goes back."""
    client, found = stage.client("sqs"), dict[str, Any]()

    def is_found() -> bool:
        answer = client.receive_message(QueueUrl=url, WaitTimeSeconds=1, AttributeNames=["All"])
        for message in answer.get("Messages", []):
            if message["Body"] == body:
                found.update(message)
            else:
                handle = message["ReceiptHandle"]
                client.change_message_visibility(
                    QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=AGAIN_SECONDS
                )
        return bool(found)

    stage.wait(f"{body} comes", is_found, seconds)
    return found


def _as_record(message: dict[str, Any]) -> dict[str, Any]:
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
    }


@contextmanager
def stopped(stage: Stage, queue: FedQueue) -> Iterator[None]:
    """Keep the cloud from feeding the function meanwhile."""
    client = stage.client("lambda")
    name = stage.system.stack.stack.functions[queue.function]
    mapping = client.list_event_source_mappings(FunctionName=name)["EventSourceMappings"][0]
    client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    try:
        yield
    finally:
        client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)
