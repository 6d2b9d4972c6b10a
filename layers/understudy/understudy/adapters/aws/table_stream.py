"""Records of a table's stream, read again by their place while the stream keeps them (24 h)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from understudy.adapters.aws.attempts import attempt
from understudy.domain.errors import DependencyError, NotFoundError

if TYPE_CHECKING:
    from understudy.adapters.aws.letter_bodies import FailedBatch

GONE = frozenset({"TrimmedDataAccessException", "ResourceNotFoundException"})
EMPTY_PAGES = 20

Record = dict[str, Any]


def records_of(client: Any, batch: FailedBatch) -> list[Record]:
    """Read the records of a batch, in order.

    Raises NotFoundError STREAM_RECORDS_GONE when the stream does not keep them any more.
    """
    try:
        records = list(_records(client, batch))
    except DependencyError as error:
        if error.facts.get("cause") not in GONE:
            raise
        raise _gone() from error
    if not records or records[0]["dynamodb"]["SequenceNumber"] != batch.first:
        raise _gone()
    return records


def _records(client: Any, batch: FailedBatch) -> Iterator[Record]:
    iterator, empty = _iterator_at(client, batch), 0
    while iterator and empty < EMPTY_PAGES:
        page = attempt(partial(client.get_records, ShardIterator=iterator))
        for record in page["Records"]:
            if int(record["dynamodb"]["SequenceNumber"]) > int(batch.last):
                return
            yield record
            if record["dynamodb"]["SequenceNumber"] == batch.last:
                return
        empty += not page["Records"]
        iterator = page.get("NextShardIterator")


def _iterator_at(client: Any, batch: FailedBatch) -> str:
    ask = partial(
        client.get_shard_iterator,
        StreamArn=batch.stream,
        ShardId=batch.shard,
        ShardIteratorType="AT_SEQUENCE_NUMBER",
        SequenceNumber=batch.first,
    )
    return str(attempt(ask)["ShardIterator"])


def _gone() -> NotFoundError:
    return NotFoundError(
        "the stream does not keep these records any more", code="STREAM_RECORDS_GONE"
    )
