"""What counting a call costs at the table, and what comes of a table that does not answer."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from understudy.adapters.aws.call_counts import DynamoCallCounts
from understudy.adapters.aws.table import Table
from understudy.domain.errors import DependencyError
from understudy.domain.token_bucket import SECOND_US, Bucket

NOW_US = 1_800_000_000 * SECOND_US
BUCKET = Bucket("caller", 3, SECOND_US)


class OneItem:
    """A table with one item, that understands the two writes of a bucket and counts them."""

    def __init__(self, full_at_us: int = 0) -> None:
        self.full_at_us = full_at_us
        self.writes = 0

    def update_item(self, **request: Any) -> Any:
        self.writes += 1
        values = {k: int(each["N"]) for k, each in request["ExpressionAttributeValues"].items()}
        is_full = self.full_at_us <= values[":now"]
        if is_full != (":after" in values) or self.full_at_us > values.get(":latest", NOW_US * 2):
            item = {"full_at_us": {"N": str(self.full_at_us)}}
            raise refused("ConditionalCheckFailedException", Item=item)
        self.full_at_us = values.get(":after", self.full_at_us + values.get(":interval", 0))
        return {"Attributes": {"full_at_us": {"N": str(self.full_at_us)}}}


def refused(code: str, **more: Any) -> ClientError:
    response: Any = {"Error": {"Code": code, "Message": "no"}, **more}
    return ClientError(response, "UpdateItem")


def counts_on(client: Any) -> DynamoCallCounts:
    return DynamoCallCounts(Table(client, "door"))


def test_a_call_is_one_write() -> None:
    item = OneItem()
    counts = counts_on(item)

    for _ in range(3):
        counts.take(BUCKET, "alice", NOW_US)

    assert item.writes == 3


def test_a_flood_past_the_limit_writes_nothing() -> None:
    item = OneItem()
    counts = counts_on(item)

    answers = [counts.take(BUCKET, "alice", NOW_US).is_admitted for _ in range(1000)]

    assert (sum(answers), item.writes) == (3, 3)


def test_a_worker_that_knows_nothing_learns_of_an_empty_bucket_by_one_write() -> None:
    item = OneItem(full_at_us=NOW_US + 3 * SECOND_US)

    assert counts_on(item).take(BUCKET, "alice", NOW_US).again_in_seconds == 1
    assert item.writes == 1


class Failing:
    """A cloud that gives one error, and counts how often it was asked."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.asked = 0

    def update_item(self, **_request: Any) -> Any:
        self.asked += 1
        raise self.error


@pytest.mark.parametrize(
    "error",
    [
        ReadTimeoutError(endpoint_url="http://door"),
        refused("ThrottlingException"),
        refused("AccessDeniedException"),
        refused("ResourceNotFoundException"),
    ],
)
def test_a_table_that_does_not_answer_is_asked_once_and_named(error: Exception) -> None:
    client = Failing(error)

    with pytest.raises(DependencyError):
        counts_on(client).take(BUCKET, "alice", NOW_US)

    assert client.asked == 1


def test_a_table_that_contradicts_itself_is_given_up() -> None:
    client = Failing(refused("ConditionalCheckFailedException"))

    with pytest.raises(DependencyError):
        counts_on(client).take(BUCKET, "alice", NOW_US)

    assert client.asked == 4
