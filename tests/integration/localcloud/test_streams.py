"""A table's stream is read as Lambda reads it: four times a second, in a window, or when full."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from localcloud.stack import RunningStack

pytestmark = pytest.mark.integration

READS_A_SECOND = 4
WRITES = 60
LONG_SECONDS = 300
BATCH_SIZE = 5


@pytest.fixture
def mapping(cloud: RunningStack) -> Iterator[Callable[..., None]]:
    client = cloud.session().client("lambda")
    name = cloud.stack.functions["AuditFunction"]
    [found] = client.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]

    def change(*, window: int, size: int) -> None:
        client.update_event_source_mapping(
            UUID=found["UUID"], MaximumBatchingWindowInSeconds=window, BatchSize=size
        )

    yield change
    change(window=0, size=found["BatchSize"])


def _write(cloud: RunningStack, name: str, count: int) -> None:
    client = cloud.session().client("dynamodb")
    for number in range(count):
        key = {"pk": {"S": name}, "sk": {"S": str(number)}}
        client.put_item(TableName=cloud.outputs["Table"], Item=key)


def _batches(cloud: RunningStack, name: str, told: dict[str, str]) -> dict[str, str]:
    """Add what the bus told of a partition's records: which batch each was in."""
    url = cloud.stack.queue_urls["SeenQueue"]
    found = cloud.session().client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    for message in found.get("Messages", []):
        detail = json.loads(message["Body"])["detail"]
        if detail["keys"]["pk"]["S"] == name:
            told[detail["keys"]["sk"]["S"]] = detail["batch"]
    return told


def test_many_writes_are_few_batches(
    cloud: RunningStack, eventually: Callable[..., Any], mapping: Callable[..., None]
) -> None:
    told: dict[str, str] = {}
    mapping(window=0, size=2 * WRITES)  # after a full batch the next is read at once
    _write(cloud, "first", 1)
    eventually(lambda: _batches(cloud, "first", {}))  # the function is warm
    started = time.monotonic()
    _write(cloud, "few", WRITES)

    eventually(lambda: len(_batches(cloud, "few", told)) == WRITES)

    # Reads go on until all is told: a machine that stands still has more of them, and more time.
    lasted = time.monotonic() - started
    assert len(set(told.values())) <= lasted * READS_A_SECOND + 1


def test_a_full_batch_does_not_wait_for_its_window(
    cloud: RunningStack, eventually: Callable[..., Any], mapping: Callable[..., None]
) -> None:
    told: dict[str, str] = {}
    mapping(window=LONG_SECONDS, size=BATCH_SIZE)

    _write(cloud, "full", BATCH_SIZE)

    # A write of the sample's own schedule may be in it, and one of these then waits for a window.
    eventually(lambda: len(_batches(cloud, "full", told)) >= BATCH_SIZE - 1)
    assert len(set(told.values())) == 1
