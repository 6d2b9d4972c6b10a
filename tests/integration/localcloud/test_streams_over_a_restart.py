"""What a table's stream holds survives a restart: nothing that was written goes by unread."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from localcloud.stack import RunningStack, bring_up
from localcloud.state_folder import StateFolder

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

pytestmark = pytest.mark.integration

LONG_SECONDS = 300
READ = {"read-1", "read-2", "read-3"}
UNREAD = {"unread-1", "unread-2"}
LATER = {"later-1", "later-2"}


def test_what_nobody_had_read_and_what_comes_later_is_read_after_a_restart(
    template: Path, tmp_path: Path, eventually: Callable[..., Any]
) -> None:
    told: set[str] = set()
    with run(template, tmp_path) as first:
        write(first, READ)
        eventually(lambda: hear(first, told) >= READ)
        gather_for(first, LONG_SECONDS)
        write(first, UNREAD)

    with run(template, tmp_path) as second:
        assert not hear(second, told) & UNREAD
        write(second, LATER)
        gather_for(second, 0)

        eventually(lambda: hear(second, told) >= READ | UNREAD | LATER)


def test_a_record_that_was_read_lies_in_the_stream_after_a_restart(
    template: Path, tmp_path: Path, eventually: Callable[..., Any]
) -> None:
    told: set[str] = set()
    with run(template, tmp_path) as first:
        write(first, READ)
        eventually(lambda: hear(first, told) >= READ)
        records = in_stream(first)

    with run(template, tmp_path) as second:
        assert in_stream(second)[: len(records)] == records


def run(template: Path, folder: Path) -> AbstractContextManager[RunningStack]:
    return bring_up(template, folder=StateFolder(folder), parameters={}, progress=lambda _: None)


def write(cloud: RunningStack, names: set[str]) -> None:
    client = cloud.session().client("dynamodb")
    for name in sorted(names):
        key = {"pk": {"S": name}, "sk": {"S": "1"}}
        client.put_item(TableName=cloud.outputs["Table"], Item=key)


def gather_for(cloud: RunningStack, seconds: int) -> None:
    """Have the stream's reader wait this long for a full batch, which none of these is."""
    client, name = cloud.session().client("lambda"), cloud.stack.functions["AuditFunction"]
    [found] = client.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
    client.update_event_source_mapping(
        UUID=found["UUID"], MaximumBatchingWindowInSeconds=seconds, BatchSize=1000
    )


def hear(cloud: RunningStack, told: set[str]) -> set[str]:
    """Add whom the bus told of, and give all that were told of."""
    url, client = cloud.stack.queue_urls["SeenQueue"], cloud.session().client("sqs")
    for message in client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        told.add(json.loads(message["Body"])["detail"]["keys"]["pk"]["S"])
        client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return told


def in_stream(cloud: RunningStack) -> list[str]:
    """List the numbers of all records that the table's stream holds, as a reader finds them."""
    session = cloud.session()
    table = session.client("dynamodb").describe_table(TableName=cloud.outputs["Table"])["Table"]
    arn, streams = table["LatestStreamArn"], session.client("dynamodbstreams")
    [shard] = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    iterator = streams.get_shard_iterator(
        StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    records = streams.get_records(ShardIterator=iterator)["Records"]
    return [each["dynamodb"]["SequenceNumber"] for each in records]
