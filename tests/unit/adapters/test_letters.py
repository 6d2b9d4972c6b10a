"""What lies in a dead-letter queue is read for what it is, and sent under a name of its own."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes.builders import FOLLOW, NOW_MS, WALLET
from understudy.adapters.aws.dead_letters import redrive_id
from understudy.adapters.aws.letter_bodies import FailedBatch, FailedRun, Poison, content_of
from understudy.messages import Converge, ReconcileWallet, encode
from understudy.ports.dead_letters import DeadLetter

EVENTS = Path(__file__).resolve().parents[3] / "events"
CONVERGE = Converge(FOLLOW, WALLET, "BTC", "reconcile", NOW_MS)
RUN = {
    "requestContext": {"condition": "RetriesExhausted"},
    "requestPayload": {},
    "responsePayload": {"errorType": "DependencyError"},
}
BATCH = {
    "requestContext": {"condition": "RetryAttemptsExhausted"},
    "DDBStreamBatchInfo": {
        "shardId": "shard",
        "startSequenceNumber": "1",
        "endSequenceNumber": "2",
        "batchSize": 2,
        "streamArn": "arn",
    },
}


def test_a_message_is_read_on_the_queue_where_it_belongs_and_poison_elsewhere() -> None:
    body = encode(CONVERGE)

    assert content_of("follower-execute", body) == CONVERGE
    assert content_of("leader-fills", body) == Poison()


@pytest.mark.parametrize("body", ["", "no json", "[]", "7", '"text"', "{}", '{"type":"Converge"}'])
@pytest.mark.parametrize(
    "queue", ["follower-execute", "follow-reconcile", "copy-events", "audit-seal"]
)
def test_what_cannot_be_read_is_poison(queue: str, body: str) -> None:
    assert content_of(queue, body) == Poison()


def test_a_failed_run_says_why_as_far_as_it_is_told() -> None:
    assert content_of("leader-listener", json.dumps(RUN)) == FailedRun("DependencyError")
    assert content_of("follow-reconcile", json.dumps(RUN)) == FailedRun("DependencyError")
    never_started = (EVENTS / "follow_reconcile" / "schedule.json").read_text("utf-8")
    assert content_of("follow-reconcile", never_started) == FailedRun("")
    untold = json.dumps({**RUN, "responsePayload": None})
    assert content_of("leader-listener", untold) == FailedRun("RetriesExhausted")
    for queue in ("leader-listener", "account-erasure", "agent-upkeep", "audit-checkpoint"):
        assert content_of(queue, "anything") == FailedRun("")
    asked = encode(ReconcileWallet(WALLET))
    assert content_of("follow-reconcile", asked) == ReconcileWallet(WALLET)


def test_a_failed_batch_is_read_with_its_place() -> None:
    expected = FailedBatch("arn", "shard", "1", "2", 2, "RetryAttemptsExhausted")

    for queue in ("copy-events", "audit-seal"):
        assert content_of(queue, json.dumps(BATCH)) == expected


def test_a_letter_is_sent_under_one_name_however_often_and_another_letter_under_another() -> None:
    letter = DeadLetter("follower-execute", "1", WALLET, "body", NOW_MS, 1, "handle")
    looked_at_again = replace(letter, handle="another", times_received=2)

    assert redrive_id(letter) == redrive_id(looked_at_again)
    assert redrive_id(letter) != redrive_id(replace(letter, message_id="2"))
    assert redrive_id(letter) != redrive_id(replace(letter, queue="leader-fills"))
