"""The copying table's stream: follows and receipts as they were and as they became."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.stores.records import created, intent, receipt
from tests.contract.stores.worlds import on_tables
from tests.fakes.builders import FOLLOW
from understudy.adapters.aws.stream_records import Replacement, replacements_in
from understudy.domain.follows import Budget, FollowStatus
from understudy.domain.receipts import CopyStatus
from understudy.ports.copying import Changes

if TYPE_CHECKING:
    from understudy.domain.follows import Follow
    from understudy.domain.receipts import Receipt


def streamed(dynamodb: Any, streams: Any) -> list[Replacement]:
    """Read the newest table's stream as its event source hands it over."""
    table = max(dynamodb.list_tables()["TableNames"], key=_created(dynamodb))
    arn = dynamodb.describe_table(TableName=table)["Table"]["LatestStreamArn"]
    read: list[Any] = []
    for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
        iterator = streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        read += streams.get_records(ShardIterator=iterator)["Records"]
    return replacements_in({"Records": read})


def _created(dynamodb: Any) -> Any:
    def created_at(name: str) -> Any:
        table = dynamodb.describe_table(TableName=name)["Table"]
        return "LatestStreamArn" in table, table["CreationDateTime"]

    return created_at
