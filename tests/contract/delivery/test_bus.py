"""The bus: an event arrives under its name with all its facts, amounts as text."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.fakes.builders import NOW_MS
from understudy.adapters.aws.bus import SOURCE, SOURCE_OF_AGENTS, EventBridgeBus
from understudy.messages import AgentEvent, CopyEvent, decode

if TYPE_CHECKING:
    from tests.contract.conftest import Clients

LONGEST_POLL_SECONDS = 20
EVENTS = [
    CopyEvent(
        event="COPY_DONE",
        event_id=f"event-{number}",
        user_id="user-1",
        follow_id="follow-1",
        at_ms=NOW_MS,
        facts={"symbol": "BTC"},
        amounts={"pnl": Decimal("-1.50")},
    )
    for number in range(12)
]


@pytest.mark.integration
def test_published_events_reach_a_rules_target(emulator_clients: Clients) -> None:
    events, sqs = emulator_clients("events"), emulator_clients("sqs")
    name, url = bus_to_queue(events, sqs)

    EventBridgeBus(events, name).publish(EVENTS)

    arrived = received(sqs, url)
    assert {each["source"] for each in arrived} == {SOURCE}
    assert {each["detail-type"] for each in arrived} == {"COPY_DONE"}
    read = [decode(json.dumps(each["detail"]), (CopyEvent,)) for each in arrived]
    assert sorted(read, key=lambda each: each.event_id) == sorted(
        EVENTS, key=lambda each: each.event_id
    )


@pytest.mark.integration
def test_what_is_said_of_an_agent_has_a_source_of_its_own(emulator_clients: Clients) -> None:
    events, sqs = emulator_clients("events"), emulator_clients("sqs")
    name, url = bus_to_queue(events, sqs)
    told = AgentEvent("AGENT_SUCCESSOR_TO_SIGN", "e", "user-1", "agent-1", NOW_MS, {"venue": "v"})

    EventBridgeBus(events, name).publish([told])

    (arrived,) = received(sqs, url)
    assert (arrived["source"], arrived["detail-type"]) == (SOURCE_OF_AGENTS, told.event)
    assert decode(json.dumps(arrived["detail"]), (AgentEvent,)) == told


def bus_to_queue(events: Any, sqs: Any) -> tuple[str, str]:
    """Make a bus whose every event goes to a queue."""
    name = f"bus-{uuid4().hex}"
    events.create_event_bus(Name=name)
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    arn = attributes["QueueArn"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(open_to_the_bus(arn))})
    pattern = json.dumps({"source": [SOURCE, SOURCE_OF_AGENTS]})
    events.put_rule(Name="all", EventBusName=name, EventPattern=pattern)
    target = {"Id": "queue", "Arn": arn}
    events.put_targets(Rule="all", EventBusName=name, Targets=[target])
    return name, url


def open_to_the_bus(queue_arn: str) -> dict[str, Any]:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn,
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def received(sqs: Any, url: str) -> list[dict[str, Any]]:
    """Take messages until there are none."""
    bodies: list[dict[str, Any]] = []
    while messages := sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=0 if bodies else LONGEST_POLL_SECONDS
    ).get("Messages"):
        for message in messages:
            bodies.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return bodies
