"""Dead letters on the running system, through the command: seen, explained, redriven, dropped."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from cli.app import main
from cli.ops.letters import held_letters
from cli.ops.place import find_place
from tests.permissions.cast import Follower, new_follower
from tests.permissions.queues import waiting
from tests.permissions.stage import Stage
from understudy.adapters.aws import dead_letters
from understudy.adapters.aws.audit_items import row_of
from understudy.messages import FollowerExecute, encode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


pytestmark = pytest.mark.integration

DEAD = "FollowerExecuteDeadLetterQueue"
EVENTS_DEAD = "CopyEventsDeadLetterQueue"
OPS = ("ops", "dead-letters")
GONE = "7".rjust(21, "0")


@pytest.fixture(scope="module")
def stage(stage: Stage) -> Stage:
    for queue in (DEAD, EVENTS_DEAD):
        stage.client("sqs").purge_queue(QueueUrl=stage.queue(queue))
    return stage


@pytest.fixture(autouse=True)
def _at_the_emulator(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", stage.system.stack.endpoint_url)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    # The emulator hands out all it has at once; of AWS's machines some are asked, if none waits.
    monkeypatch.setattr(dead_letters, "LOOK_SECONDS", 0)


@pytest.fixture
def listed(tmp_path: Path) -> Any:
    """Give what lists a queue's letters."""

    def letters(queue: str = "follower-execute") -> list[dict[str, Any]]:
        file = tmp_path / "letters.json"
        assert main([*OPS, "list", "--queue", queue, "--json", str(file)]) == 0
        return list(json.loads(file.read_text())["letters"])

    return letters


def _dead(stage: Stage, body: str, group: str, queue: str = DEAD) -> str:
    order = {"MessageGroupId": group, "MessageDeduplicationId": uuid4().hex} if group else {}
    sent = stage.client("sqs").send_message(QueueUrl=stage.queue(queue), MessageBody=body, **order)
    return str(sent["MessageId"])


def _open_of(stage: Stage, follower: Follower) -> FollowerExecute:
    wallet = follower.state.follow.wallet_id
    return FollowerExecute(follower.follow_id, wallet, follower.trade("0", "1", 1), stage.now_ms())


def _orders(stage: Stage, follower: Follower) -> int:
    address = follower.user.key.address.lower()
    books = stage.system.bench.look(f"books?user={address}")
    return len(books["accounts"][address]["fills"])


@contextmanager
def _given_up_at_once(stage: Stage) -> Iterator[None]:
    """Let one failure be enough."""
    client, url = stage.client("sqs"), stage.queue("FollowerExecuteQueue")
    asked = client.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])
    policy = asked["Attributes"]["RedrivePolicy"]
    soon = json.dumps({**json.loads(policy), "maxReceiveCount": 1})
    client.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": soon})
    try:
        yield
    finally:
        client.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": policy})


def test_poison_is_listed_and_explained_and_leaves_only_by_being_dropped(
    stage: Stage, listed: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    body = f"no message {uuid4()}"
    order = {"MessageGroupId": "poisoned", "MessageDeduplicationId": uuid4().hex}
    with _given_up_at_once(stage):
        source = stage.queue("FollowerExecuteQueue")
        stage.client("sqs").send_message(QueueUrl=source, MessageBody=body, **order)
        stage.wait("it is dead", lambda: waiting(stage, stage.queue(DEAD)), 20)

    (letter,) = listed()
    assert (letter["kind"], letter["body"], letter["group"]) == ("poison", body, "poisoned")
    name = letter["message_id"]
    assert main([*OPS, "explain", name[:10]]) == 0
    assert "POISON" in capsys.readouterr().out
    for refused in (["redrive", name], ["drop", name]):
        assert main([*OPS, *refused]) == 1
    said = capsys.readouterr().err
    assert "error POISON_MESSAGE" in said
    assert "error NOT_CONFIRMED" in said
    assert main([*OPS, "drop", name, "--yes"]) == 0

    assert listed() == []
    kept = stage.table("AuditTable").partition("OPERATOR#dead-letters")
    assert kept[-1]["facts"]["M"]["body"] == {"S": body}
    assert "arn:" in kept[-1]["facts"]["M"]["operator"]["S"]


def test_a_good_message_is_redriven_and_its_trade_copied_once(
    stage: Stage, listed: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    follower = new_follower(stage)
    message = _open_of(stage, follower)
    name = _dead(stage, encode(message), message.wallet_id)
    assert [each["seq"] for each in listed()] == [1]
    main([*OPS, "explain", name])
    assert "ENTERS" in capsys.readouterr().out

    assert main([*OPS, "redrive", name]) == 0

    kept = stage.table("AuditTable").partition("OPERATOR#dead-letters")
    rows: list[Any] = [row_of(each).fields for each in kept]
    (row,) = (each for each in rows if each["facts"]["message_id"] == name)
    assert row["event"] == "DEAD_LETTER_REDRIVEN"
    assert row["correlation_id"]
    stage.wait("it is copied", lambda: follower.held, 10)
    assert main([*OPS, "redrive", name]) == 1
    assert "error LETTER_NOT_FOUND" in capsys.readouterr().err
    again = _dead(stage, encode(message), message.wallet_id)
    main([*OPS, "explain", again])
    assert "DONE_ALREADY" in capsys.readouterr().out
    assert main([*OPS, "redrive", "--all"]) == 0
    stage.wait("done", lambda: not waiting(stage, stage.queue("FollowerExecuteQueue")))
    assert listed() == []
    assert _orders(stage, follower) == 1


def test_a_letter_sent_back_twice_is_one_message_and_one_copy(stage: Stage) -> None:
    """As when whoever redrives stops between sending and removing, and does it again."""
    follower = new_follower(stage)
    message = _open_of(stage, follower)
    name = _dead(stage, encode(message), message.wallet_id)
    place = find_place("understudy").dead_letters()
    with held_letters(place, ["follower-execute"]) as letters:
        (each,) = letters
        place.send_back(each.letter)

    assert main([*OPS, "redrive", name]) == 0

    stage.wait("it is copied", lambda: follower.held, 10)
    stage.wait("done", lambda: not waiting(stage, stage.queue("FollowerExecuteQueue")))
    assert _orders(stage, follower) == 1


def test_letters_of_the_stream_are_published_from_it_while_it_keeps_them(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    follower = new_follower(stage)
    follower.copy("0", "1", 1)
    numbers = [each["dynamodb"]["SequenceNumber"] for each in _stream_records(stage)]
    batch = _failed_batch(stage, numbers[0], numbers[-1], len(numbers))
    name = _dead(stage, json.dumps(batch), "", EVENTS_DEAD)

    assert main([*OPS, "explain", name]) == 0
    assert "EVENTS_THERE" in capsys.readouterr().out
    assert main([*OPS, "redrive", name]) == 0
    assert "published" in capsys.readouterr().out
    assert main([*OPS, "explain", name]) == 1


def test_letters_of_records_that_the_stream_has_lost_say_so(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    batch = _failed_batch(stage, GONE, GONE, 1)
    name = _dead(stage, json.dumps(batch), "", EVENTS_DEAD)

    assert main([*OPS, "explain", name]) == 0
    assert "STREAM_RECORDS_GONE" in capsys.readouterr().out
    assert main([*OPS, "redrive", name]) == 1
    assert "error STREAM_RECORDS_GONE" in capsys.readouterr().err
    assert main([*OPS, "redrive", "--all"]) == 0
    assert "STREAM_RECORDS_GONE" in capsys.readouterr().out
    assert main([*OPS, "drop", name, "--yes"]) == 0


def _stream(stage: Stage) -> str:
    table = stage.system.stack.stack.tables["CopyingTable"]
    described = stage.client("dynamodb").describe_table(TableName=table)
    return str(described["Table"]["LatestStreamArn"])


def _shard(stage: Stage) -> str:
    described = stage.client("dynamodbstreams").describe_stream(StreamArn=_stream(stage))
    return str(described["StreamDescription"]["Shards"][0]["ShardId"])


def _stream_records(stage: Stage) -> list[dict[str, Any]]:
    client = stage.client("dynamodbstreams")
    at = client.get_shard_iterator(
        StreamArn=_stream(stage), ShardId=_shard(stage), ShardIteratorType="TRIM_HORIZON"
    )
    return list(client.get_records(ShardIterator=at["ShardIterator"])["Records"])


def _failed_batch(stage: Stage, first: str, last: str, size: int) -> dict[str, Any]:
    """Write what AWS writes about a batch that was given up."""
    return {
        "requestContext": {"condition": "RetryAttemptsExhausted"},
        "DDBStreamBatchInfo": {
            "shardId": _shard(stage),
            "startSequenceNumber": first,
            "endSequenceNumber": last,
            "batchSize": size,
            "streamArn": _stream(stage),
        },
    }
